import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "@assay/platform/clock/clock";
import { ConfigurationError } from "@assay/platform/config/config";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";
import type { ProcessSpec } from "@assay/platform/supervisor/process-spec";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { Failure } from "@assay/primitives/failure";
import { startLocalStack } from "./local-stack.ts";
import { runAssay } from "./run-assay.ts";
import { openStateFolder } from "./stack/state-folder.ts";

const storesOnly = ({ kind }: ProcessSpec) => kind === "store";
/** Beside whatever else runs on this machine. */
const OFFSET = 5_551;
const databaseOnly = ({ name }: ProcessSpec) => name === "coinhubx-postgres";

test("stores start on ports of their own, keep what is written, and end with the stack", async () => {
  await using folder = await temporaryFolder();
  const options = { stateDirectory: join(folder.path, "state"), portOffset: "free", select: storesOnly } as const;
  let pids: (number | undefined)[] = [];
  {
    await using stack = await startLocalStack(options);
    pids = stack.control.status().map(({ pid }) => pid);
    deepEqual(
      stack.control.status().map(({ state }) => state),
      ["ready", "ready", "ready"],
    );
    await using database = openDatabase({ url: stack.databases.coinhubx, applicationName: "test" });
    await database.execute(sql`create table kept as select 1 as one`);
    const chain = await fetch(stack.urls.anvil, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
    });
    equal(((await chain.json()) as { result: string }).result, "0x7a69");
  }
  for (const pid of pids) ok(pid !== undefined && !isRunning(pid));
  await using stack = await startLocalStack({ ...options, select: databaseOnly });
  await using database = openDatabase({ url: stack.databases.coinhubx, applicationName: "test" });
  equal((await database.query(sql`select * from kept`)).length, 1);
});

test("the state folder, its secrets and its socket are for their owner alone", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "state");
  await using _stack = await startLocalStack({ stateDirectory: path, portOffset: "free", select: databaseOnly });
  const mode = (file: string) => (statSync(join(path, file)).mode & 0o777).toString(8);
  deepEqual([".", "logs", "postgres/coinhubx"].map(mode), ["700", "700", "700"]);
  deepEqual(["secrets.json", "run/stack.json"].map(mode), ["600", "600"]);
});

test("a second stack on the same folder is refused in one sentence, and the first goes on", async () => {
  await using folder = await temporaryFolder();
  const options = { stateDirectory: folder.path, portOffset: "free", select: databaseOnly } as const;
  await using stack = await startLocalStack(options);
  await rejects(
    startLocalStack(options),
    reason("ALREADY_RUNNING", /^Assay already runs on .*; end it with "assay stop"/),
  );
  const second = await runAssay(["up"], { env: { ASSAY_HOME: folder.path } });
  equal(second.exit, 1);
  match(second.err, /Assay already runs on/);
  equal(stack.control.status()[0]?.state, "ready");
});

test("an occupied port moves the whole block, or is one sentence when ports are strict", async () => {
  await using folder = await temporaryFolder();
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(8002 + OFFSET, "127.0.0.1", resolve));
  try {
    const options = { stateDirectory: folder.path, portOffset: OFFSET, select: databaseOnly, path: process.env.PATH! };
    const choices: unknown[] = [];
    {
      await using stack = await startLocalStack({ ...options, onPorts: (choice) => choices.push(choice.occupied) });
      ok(Number(new URL(stack.urls.operations).port) > 3000 + OFFSET);
    }
    deepEqual(choices, [[8002 + OFFSET]]);
    await rejects(
      startLocalStack({ ...options, strictPorts: true }),
      reason("PORT_IN_USE", /^Port 13553 is in use; stop what uses it, or leave --strict-ports out\.$/),
    );
  } finally {
    occupant.close();
  }
});

test("a full disk, a damaged secrets file and a database that is not there are one sentence each", async () => {
  await using folder = await temporaryFolder();
  await rejects(
    async () => openStateFolder(folder.path, Number.MAX_SAFE_INTEGER),
    reason("NO_SPACE", /^The disk of .* is full: \d+ MiB are free and \d+ MiB are needed\.$/),
  );
  await writeFile(join(folder.path, "secrets.json"), '{"coinhubxDatabase": "short"}');
  const options = { stateDirectory: folder.path, portOffset: "free", select: databaseOnly } as const;
  await rejects(startLocalStack(options), reason("SECRETS_UNREADABLE", /secrets\.json cannot be read/));
  const gone = { DATABASE_URL: "postgres://postgres:x@127.0.0.1:1/coinhubx" };
  await rejects(
    startLocalStack({ ...options, environment: gone }),
    reason("DATABASE_UNAVAILABLE", /^The database of DATABASE_URL does not answer: .*ECONNREFUSED/),
  );
});

test("a service that refuses its settings ends the start with its sentence, and everything is stopped again", async () => {
  await using folder = await temporaryFolder();
  const pids = new Set<number>();
  const started = startLocalStack({
    stateDirectory: folder.path,
    portOffset: "free",
    environment: { COINHUBX_CHAIN_ID: "not a number" },
    path: process.env.PATH!,
    select: ({ name }) => ["coinhubx-postgres", "coinhubx-worker"].includes(name),
    log: ({ pid }) => pid !== undefined && pids.add(pid),
  });
  await rejects(started, (error) => {
    ok(error instanceof ConfigurationError);
    return /COINHUBX_CHAIN_ID/.test(error.message);
  });
  ok(pids.size >= 1);
  for (const pid of pids) equal(isRunning(pid), false);
});

test("a stack that runs elsewhere is asked, restarted, read and ended from another terminal", async (t) => {
  await using folder = await temporaryFolder();
  const env = { PATH: process.env.PATH!, ASSAY_HOME: folder.path };
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "up", "operations", "--port-offset", String(OFFSET), "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exit = once(child, "exit");
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const restarted = await runAssay(["restart", "operations", "--json"], { env });
  deepEqual(
    JSON.parse(restarted.out).map(({ name, state }: { name: string; state: string }) => `${name} ${state}`),
    ["operations-postgres ready", "operations ready", "status-page ready"],
  );
  const usage = JSON.parse((await runAssay(["top", "--json"], { env })).out) as { memoryBytes: number }[];
  ok(usage.length === 4 && usage.every(({ memoryBytes }) => memoryBytes > 2 ** 20));
  const logs = await runAssay(["logs", "operations", "--grep", "is ready", "--raw"], { env });
  equal(logs.out.match(/operations is ready/g)?.length, 2);
  equal((await runAssay(["scale", "operations=2"], { env })).exit, 1);
  equal((await runAssay(["start", "nobody"], { env })).exit, 1);
  equal((await runAssay(["stop", "operations"], { env })).exit, 0);
  equal((await runAssay(["ps", "operations"], { env })).exit, 1);
  deepEqual(await runAssay(["stop"], { env }), { exit: 0, out: "Everything is stopped.\n", err: "" });
  deepEqual(await exit, [0, null]);
  equal((await runAssay(["logs", "operations", "-n", "1"], { env })).exit, 0);
});

test("kill −9 of the whole command leaves no process behind, and the next start finds everything", async () => {
  await using folder = await temporaryFolder();
  const env = { PATH: process.env.PATH!, ASSAY_HOME: folder.path };
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "up", "operations", "--port-offset", String(OFFSET), "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [answer] = (await once(child.stdout, "data")) as [Buffer];
  const { bootstrapCode } = JSON.parse(answer.toString()) as { bootstrapCode: string };
  equal(bootstrapCode, readFileSync(join(folder.path, "operations.bootstrap"), "utf8").trim());
  const shown = await runAssay(["ps", "--json"], { env });
  equal(shown.exit, 0);
  const pids = (JSON.parse(shown.out) as { pid: number }[]).map(({ pid }) => pid);
  child.kill("SIGKILL");
  await once(child, "exit");
  for (const pid of pids) await untilGone(pid);
  await using stack = await startLocalStack({ stateDirectory: folder.path, portOffset: "free", select: databaseOnly });
  equal(stack.control.status()[0]?.state, "ready");
});

function reason(code: string, sentence: RegExp) {
  return (error: unknown) =>
    error instanceof Failure && error.code === code && sentence.test(String(error.details.reason));
}

function isRunning(pid: number): boolean {
  if (!existsSync("/proc/self")) return false;
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.startsWith("Z");
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  const limitMs = systemClock.monotonicMs() + 15_000;
  while (isRunning(pid)) {
    ok(systemClock.monotonicMs() < limitMs, `process ${pid} has ended`);
    await systemClock.sleep(20);
  }
}
