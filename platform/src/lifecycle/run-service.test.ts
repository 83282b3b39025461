import { deepEqual, equal, match } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

const HERE = import.meta.dirname;
const PATIENCE_MS = 20_000;
const STAY = "const stay = setInterval(() => {}, 1_000); void stay;";
const READY = `return { url: "http://127.0.0.1:1" };`;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a service whose `start` is this text in a process of its own, to its end. */
async function runSample(
  start: string,
  during: (child: ChildProcess) => Promise<void> = async () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const program = `
    import { Failure } from "@assay/primitives/failure";
    import { ConfigurationError } from "../config/config.ts";
    import { runService } from "./run-service.ts";
    void [Failure, ConfigurationError];
    await runService({ name: "sample", version: "1.0.0", start: async (resources, logger) => { ${start} } });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: HERE,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  const output = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    output.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    output.err += chunk;
  });
  // Not "close": Node never emits it once the parent itself has disconnected.
  const [[code]] = await Promise.all([
    once(child, "exit"),
    once(child.stdout!, "end"),
    once(child.stderr!, "end"),
    during(child),
  ]);
  return { code: code as number | null, ...output };
}

async function whenReady(child: ChildProcess): Promise<void> {
  const [message] = await once(child, "message", { signal: AbortSignal.timeout(PATIENCE_MS) });
  deepEqual(message, { type: "ready", url: "http://127.0.0.1:1" });
}

test("a service says when it is ready and closes what it opened, last first, on SIGTERM", async () => {
  const { code, out } = await runSample(
    `${STAY} for (const name of ["first", "second"]) resources.defer(() => logger.info({}, "closed " + name)); ${READY}`,
    async (child) => {
      await whenReady(child);
      child.kill("SIGTERM");
    },
  );
  equal(code, 0);
  match(out, /closed second[\s\S]*closed first/);
});

test("a service ends when the process that started it is gone", async () => {
  const { code } = await runSample(`${STAY} ${READY}`, async (child) => {
    await whenReady(child);
    child.disconnect();
  });
  equal(code, 0);
});

test("a signal while it starts ends it without a complaint", async () => {
  const { code, err } = await runSample(
    `${STAY} process.send({}); await new Promise((resolve) => setTimeout(resolve, 60_000)); ${READY}`,
    async (child) => {
      await once(child, "message");
      child.kill("SIGTERM");
    },
  );
  deepEqual([code, err], [0, ""]);
});

test("wrong settings are one sentence each and exit code 78", async () => {
  const { code, err } = await runSample(`throw new ConfigurationError(["DATABASE_URL is not set."]);`);
  deepEqual([code, err], [78, "sample did not start: DATABASE_URL is not set.\n"]);
});

test("an unknown log level is a wrong setting", async () => {
  const { code, err } = await runSample(READY, undefined, { ASSAY_LOG_LEVEL: "loud" });
  deepEqual(
    [code, err],
    [78, 'sample did not start: ASSAY_LOG_LEVEL must be one of debug, info, warn, error, not "loud".\n'],
  );
});

test("an occupied port is one sentence and exit code 1", async () => {
  const { code, err } = await runSample(
    `throw new Failure("PORT_IN_USE", { retryable: false, details: { host: "127.0.0.1", port: 8001 } });`,
  );
  deepEqual([code, err], [1, "sample did not start: port 8001 on 127.0.0.1 is already in use.\n"]);
});

test("a database that refuses is one sentence that prints no password", async () => {
  const { code, err } = await runSample(
    `const cause = new Error("no login at postgres://app:hunter2@db/x");
     throw new Failure("DATABASE_UNAVAILABLE", { retryable: true, cause });`,
  );
  equal(code, 1);
  match(err, /^sample did not start: the database does not answer or refuses the login \(no login.*\)\.\n$/);
  equal(err.includes("hunter2"), false);
});

test("an error that nothing expected is logged, closes what is open and ends the process with 1", async () => {
  const { code, err, out } = await runSample(
    `${STAY} resources.defer(() => logger.info({}, "closed")); setTimeout(() => { throw new Error("surprise"); }, 1); ${READY}`,
  );
  equal(code, 1);
  match(err, /surprise/);
  match(out, /closed/);
});
