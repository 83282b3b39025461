import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const APPS = join(import.meta.dirname, "../../../apps");
export const BACKEND = join(APPS, "coinhubx-backend/src/main.ts");
export const WORKER = join(APPS, "coinhubx-worker/src/main.ts");

export type ProcessEnvironment = Readonly<Record<string, string>>;

/** A process of the exchange that is ready; ends with SIGTERM. */
export interface StartedProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

export function forkProcess(entry: string, env: ProcessEnvironment): ChildProcess {
  // Without our own flags: under the test runner's the process would not end as it does alone.
  return fork(entry, { execArgv: [], env: { PATH: "", ...env }, stdio: ["ignore", "pipe", "pipe", "ipc"] });
}

/** @throws Error with what it printed when it ends before it is ready. */
export async function startProcess(entry: string, env: ProcessEnvironment): Promise<StartedProcess> {
  const process = forkProcess(entry, env);
  let output = "";
  for (const stream of [process.stdout!, process.stderr!])
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  const exited = once(process, "exit").then(() => Promise.reject(new Error(`it ended: ${output}`)));
  const [ready] = (await Promise.race([once(process, "message"), exited])) as [{ url: string }];
  exited.catch(() => undefined);
  return {
    process,
    url: ready.url,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (process.exitCode !== null || process.signalCode !== null) return;
      process.kill("SIGTERM");
      await once(process, "exit");
    },
  };
}
