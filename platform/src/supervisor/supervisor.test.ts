import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Failure } from "@assay/primitives/failure";
import { type TinyOptions, tinySpec } from "../../test/fixtures/tiny-spec.ts";
import { systemClock } from "../clock/clock.ts";
import { findFreePort } from "./free-port.ts";
import type { ProcessSpec } from "./process-spec.ts";
import type { ProcessStatus } from "./process-status.ts";
import { Supervisor } from "./supervisor.ts";

const TIMINGS = { probeIntervalMs: 30, probeTimeoutMs: 300, firstBackOffMs: 20, stopTimeoutMs: 3_000 };

test("processes start after what they depend on and stop before it", async () => {
  await using stage = await makeStage();
  const database = await stage.tiny("database");
  const api = { ...(await stage.tiny("api")), dependsOn: ["database"] };
  const page = { ...(await stage.tiny("page")), dependsOn: ["api"] };
  {
    await using supervisor = stage.supervise([page, api, database]);
    await supervisor.start(["page"]);
    deepEqual(stage.events("start"), ["database", "api", "page"]);
    equal(new Set(supervisor.status().map(({ state }) => state)).size, 1);
  }
  deepEqual(stage.events("stop"), ["page", "api", "database"]);
});

test("a process that crashes is restarted, waiting longer each time", async () => {
  await using stage = await makeStage();
  await using supervisor = stage.supervise([await stage.tiny("crash", { behaviour: "crash" })]);
  supervisor.start().catch(() => undefined);
  await stage.until(() => stage.states.filter(({ state }) => state === "waiting").length >= 3);
  const reasons = stage.states.filter(({ state }) => state === "waiting").map(({ reason }) => reason);
  deepEqual(reasons.slice(0, 3), [
    "ended with 1: cannot go on; next try in 0.0 s",
    "ended with 1: cannot go on; next try in 0.0 s",
    "ended with 1: cannot go on; next try in 0.1 s",
  ]);
});

test("a process that was ready and ends is back by itself", async () => {
  await using stage = await makeStage();
  await using supervisor = stage.supervise([await stage.tiny("api")]);
  await supervisor.start();
  const before = supervisor.status()[0]!;
  await stage.call("api", "/do/crash");
  await stage.until(() => supervisor.status()[0]!.restarts === 1 && supervisor.status()[0]!.state === "ready");
  ok(supervisor.status()[0]!.pid !== before.pid);
});

test("three health checks without an answer restart a process; not being ready does not", async () => {
  await using stage = await makeStage();
  await using supervisor = stage.supervise([await stage.tiny("api")]);
  await supervisor.start();
  await stage.call("api", "/do/unready");
  await stage.until(() => supervisor.status()[0]!.state === "unready");
  match(supervisor.status()[0]!.reason ?? "", /answered 503/);
  equal(supervisor.status()[0]!.restarts, 0);
  await stage.call("api", "/do/sicken");
  await stage.until(() => supervisor.status()[0]!.restarts === 1 && supervisor.status()[0]!.state === "ready");
  const restart = stage.states.find(({ state }) => state === "waiting");
  match(restart?.reason ?? "", /^3 health checks in a row failed: no answer in time/);
});

test("a wrong configuration and a missing binary are not tried again, and say what is wrong", async () => {
  await using stage = await makeStage();
  const wrong = await stage.tiny("wrong", { behaviour: "wrong-settings" });
  const missing = { ...(await stage.tiny("missing")), program: { command: "/no/such/binary", args: [] } };
  await using supervisor = stage.supervise([wrong, missing]);
  await rejects(supervisor.start(["wrong"]), failure("PROCESS_FAILED", /ended with 78: COINS is missing\./));
  await rejects(supervisor.start(["missing"]), failure("PROCESS_FAILED", /No such file|ENOENT/));
  deepEqual(
    supervisor.status().map(({ state }) => state),
    ["failed", "failed"],
  );
});

test("a process killed or frozen with a hold stays down until it is started again", async () => {
  await using stage = await makeStage();
  await using supervisor = stage.supervise([await stage.tiny("api")]);
  await supervisor.start();
  const state = () => supervisor.status()[0]!.state;
  supervisor.kill(["api"], { hold: true });
  await stage.until(() => supervisor.status()[0]!.pid === undefined);
  await systemClock.sleep(5 * TIMINGS.probeIntervalMs);
  equal(state(), "held");
  await supervisor.start(["api"]);
  supervisor.freeze(["api"]);
  const { pid } = supervisor.status()[0]!;
  await systemClock.sleep(TIMINGS.probeTimeoutMs + 5 * TIMINGS.probeIntervalMs);
  equal(state(), "held");
  await supervisor.start(["api"]);
  deepEqual([state(), supervisor.status()[0]!.pid, supervisor.status()[0]!.restarts], ["ready", pid, 0]);
});

test("a process that ignores the request to stop is killed, with all it started", async () => {
  await using stage = await makeStage();
  const stubborn = { ...(await stage.tiny("stubborn", { behaviour: "stubborn" })), stopTimeoutMs: 100 };
  const parent = await stage.tiny("parent", { behaviour: "leave-child" });
  {
    await using supervisor = stage.supervise([stubborn, parent]);
    await supervisor.start();
  }
  for (const pid of stage.pids()) equal(await isGone(pid), true);
});

test("restarting a group restarts its services one by one and leaves its stores alone", async () => {
  await using stage = await makeStage();
  const store: ProcessSpec = { ...(await stage.tiny("store")), kind: "store" };
  const worker = { ...(await stage.tiny("worker")), dependsOn: ["store"], aliases: ["w"] };
  const api = { ...(await stage.tiny("api")), dependsOn: ["store"] };
  await using supervisor = stage.supervise([store, worker, api]);
  await supervisor.start();
  const pidsBefore = supervisor.status().map(({ pid }) => pid);
  await supervisor.restart(["tiny"]);
  const after = supervisor.status();
  deepEqual(
    after.map(({ pid }, index) => pid === pidsBefore[index]),
    [true, false, false],
  );
  const sequence = stage.states.slice(-6).map(({ name, state }) => `${name} ${state}`);
  deepEqual(
    sequence.filter((entry) => entry.endsWith("ready") || entry.endsWith("stopping")),
    ["worker ready", "api stopping", "api ready"],
  );
  await supervisor.restart(["w"]);
  await rejects(supervisor.restart(["nobody"]), failure("UNKNOWN_PROCESS", /there are api, store, tiny, worker/));
});

test("further replicas run on ports of their own and go away again", async () => {
  await using stage = await makeStage();
  const single = await stage.tiny("single");
  delete (single as { replicate?: unknown }).replicate;
  await using supervisor = stage.supervise([await stage.tiny("api"), single]);
  await supervisor.start();
  deepEqual(await supervisor.scale("api", 3), ["api", "api-2", "api-3"]);
  equal(new Set(supervisor.status().map(({ address }) => address)).size, 4);
  ok(supervisor.status().every(({ state }) => state === "ready"));
  await supervisor.scale("api", 1);
  deepEqual(
    supervisor.status().map(({ name }) => name),
    ["api", "single"],
  );
  await rejects(supervisor.scale("single", 2), failure("NOT_SCALABLE", /one process only/));
});

test("usage tells the processor and memory of each process with its children", async () => {
  await using stage = await makeStage();
  await using supervisor = stage.supervise([await stage.tiny("parent", { behaviour: "leave-child" })]);
  await supervisor.start();
  const [usage] = await supervisor.usage();
  equal(usage?.processes, 2);
  ok(usage.memoryBytes > 5e6 && usage.memoryBytes < 500e6);
  ok(usage.cpuCores >= 0 && usage.cpuCores < 4);
});

test("kill −9 of the supervisor leaves no orphan", async () => {
  await using stage = await makeStage();
  const script = fileURLToPath(new URL("../../test/fixtures/run-supervisor.ts", import.meta.url));
  const ports = [await findFreePort(), await findFreePort()].map(String);
  const runner = spawn(process.execPath, [script, stage.folder, ...ports], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(runner.stdout, "data")) as [Buffer];
  const pids = line.toString().trim().split(",").map(Number);
  equal(pids.length, 2);
  runner.kill("SIGKILL");
  await once(runner, "exit");
  for (const pid of pids) equal(await isGone(pid), true);
});

interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly states: ProcessStatus[];
  tiny(name: string, options?: Partial<TinyOptions>): Promise<ProcessSpec>;
  supervise(specs: readonly ProcessSpec[]): Supervisor;
  events(kind: string): string[];
  pids(): number[];
  call(name: string, path: string): Promise<void>;
  until(condition: () => boolean): Promise<void>;
}

async function makeStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "assay-supervisor-"));
  const states: ProcessStatus[] = [];
  const addresses = new Map<string, string>();
  const events = () =>
    readFileSync(join(folder, "events"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
  return {
    folder,
    states,
    tiny: async (name, options = {}) => {
      const port = await findFreePort();
      addresses.set(name, `http://127.0.0.1:${port}`);
      return tinySpec({ name, port, folder, ...options });
    },
    supervise: (specs) =>
      new Supervisor({ specs, logDirectory: folder, timings: TIMINGS, onChange: (status) => states.push(status) }),
    events: (kind) => events().flatMap(([what, name]) => (what === kind ? [name!] : [])),
    pids: () => events().map(([, , pid]) => Number(pid)),
    call: async (name, path) => void (await fetch(`${addresses.get(name)}${path}`)),
    until: async (condition) => {
      const limitMs = systemClock.monotonicMs() + 15_000;
      while (!condition()) {
        ok(systemClock.monotonicMs() < limitMs, `in time: ${condition}`);
        await systemClock.sleep(5);
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A zombie counts: only its new parent can take it away. */
async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    try {
      process.kill(pid, 0);
      if (readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.startsWith("Z")) return true;
    } catch {
      return true;
    }
    await systemClock.sleep(10);
  }
  return false;
}

function failure(code: string, reason: RegExp) {
  return (error: unknown) =>
    error instanceof Failure && error.code === code && reason.test(String(error.details.reason));
}
