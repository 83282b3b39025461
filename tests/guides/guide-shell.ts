import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 20_000;

/** Runs a guide's blocks as its reader does: in one folder, with a state of its own. What stays in the background ends with it. */
export class GuideShell implements AsyncDisposable {
  readonly folder: string;
  readonly stateDirectory: string;
  readonly #background: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.stateDirectory = join(folder, "state");
  }

  /** What it printed. @throws Error with that when it does not end with 0 in time. */
  async run(script: string): Promise<string> {
    const child = this.#start(script);
    let output = "";
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    const late = new AbortController();
    const limit = pause(LIMIT_MS, undefined, { signal: late.signal }).then(
      () => kill(child, "SIGKILL"),
      () => undefined,
    );
    const code = await new Promise((resolve) => child.once("close", resolve));
    late.abort();
    await limit;
    if (code !== 0) throw new Error(`ended with ${code}:\n${script}\n${output}`);
    return output;
  }

  background(script: string): void {
    const child = this.#start(script);
    child.stdout!.resume();
    child.stderr!.resume();
    this.#background.push({ child, ended: new Promise((resolve) => child.once("close", resolve)) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, ended } of this.#background.reverse()) {
      kill(child, "SIGTERM");
      const over = new AbortController();
      const limit = pause(STOP_LIMIT_MS, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([ended, limit]);
      over.abort();
      kill(child, "SIGKILL");
    }
  }

  #start(script: string): ChildProcess {
    const { PATH = "", HOME = this.folder } = process.env;
    return spawn("bash", ["-e", "-c", script], {
      cwd: this.folder,
      env: {
        ...{ PATH, HOME, ASSAY_HOME: this.stateDirectory, npm_config_update_notifier: "false" },
        // A reader waits a moment longer than a test does.
        ...{ OPERATIONS_EVALUATION_INTERVAL_MS: "1000", OPERATIONS_MANIFEST_INTERVAL_MS: "1000" },
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  }
}

/** The script and whatever it started. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
