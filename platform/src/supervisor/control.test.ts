import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { tinySpec } from "../../test/fixtures/tiny-spec.ts";
import { askSupervisor } from "./control-client.ts";
import { controlSocketPath } from "./control-protocol.ts";
import { startControlServer } from "./control-server.ts";
import { findFreePort } from "./free-port.ts";
import { Supervisor } from "./supervisor.ts";

test("commands over the socket reach the processes", async () => {
  await using stage = await startStage();
  const { path } = stage;
  const states = async () =>
    ((await askSupervisor(path, { command: "status" })) as { state: string }[]).map(({ state }) => state);
  deepEqual(await states(), ["stopped"]);
  await askSupervisor(path, { command: "start", names: ["tiny"] });
  deepEqual(await states(), ["ready"]);
  deepEqual(await askSupervisor(path, { command: "scale", name: "tiny", count: 2 }), ["tiny", "tiny-2"]);
  equal(((await askSupervisor(path, { command: "usage" })) as unknown[]).length, 2);
  await askSupervisor(path, { command: "restart", names: ["tiny-2"] });
  await askSupervisor(path, { command: "freeze", names: ["tiny"] });
  await askSupervisor(path, { command: "kill", names: ["tiny-2"], hold: true });
  deepEqual(await states(), ["held", "held"]);
  await askSupervisor(path, { command: "stop", names: ["all"] });
  deepEqual(await states(), ["stopped", "stopped"]);
  deepEqual(await askSupervisor(path, { command: "describe" }), { console: "http://127.0.0.1:3000" });
  await askSupervisor(path, { command: "shutdown" });
  equal(stage.isShutDown(), true);
});

test("a name that nobody has, and a request that makes no sense, are refused with a reason", async () => {
  await using stage = await startStage();
  await rejects(
    askSupervisor(stage.path, { command: "restart", names: ["nobody"] }),
    failure("UNKNOWN_PROCESS", /no process or group "nobody"; there are tiny/),
  );
  match(await sendRaw(stage.path, '{"command":"explode"}\n'), /"ok":false,"code":"INVALID_REQUEST"/);
  match(await sendRaw(stage.path, "nonsense\n"), /INVALID_REQUEST/);
  equal(await sendRaw(stage.path, "x".repeat(100_000)), "");
});

test("a second supervisor on the same state folder is refused, and a dead one's socket is taken over", async () => {
  await using stage = await startStage();
  await rejects(startControlServer(stage.options), failure("ALREADY_RUNNING", /./));
  const { path: dead } = { path: join(stage.folder, "dead.sock") };
  writeFileSync(dead, "");
  await using _second = await startControlServer({ ...stage.options, socketPath: dead });
  equal(statSync(dead).mode & 0o777, 0o600);
});

test("no supervisor is one failure", async () => {
  await rejects(askSupervisor("/no/such/socket", { command: "status" }), failure("SUPERVISOR_NOT_RUNNING", /./));
});

test("the socket of a folder that lies deep has a short path of its own", async () => {
  await using folder = await temporaryFolder();
  const deep = join(folder.path, "x".repeat(90));
  mkdirSync(deep);
  const path = controlSocketPath(deep);
  ok(path.length < 100);
  equal(path, controlSocketPath(deep));
  ok(path !== controlSocketPath(`${deep}y`));
  equal(controlSocketPath("/short"), "/short/run/supervisor.sock");
});

async function startStage() {
  const folder = await temporaryFolder();
  const spec = tinySpec({ name: "tiny", port: await findFreePort(), folder: folder.path });
  const supervisor = new Supervisor({ specs: [spec], logDirectory: folder.path });
  let isShutDown = false;
  const options = {
    supervisor,
    socketPath: join(folder.path, "run", "control.sock"),
    describe: () => ({ console: "http://127.0.0.1:3000" }),
    onShutdown: () => {
      isShutDown = true;
    },
  };
  const server = await startControlServer(options);
  return {
    folder: folder.path,
    options,
    path: options.socketPath,
    isShutDown: () => isShutDown,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await supervisor[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function sendRaw(path: string, text: string): Promise<string> {
  const socket = connect(path);
  socket.on("error", () => undefined);
  socket.write(text);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "assay-control-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function failure(code: string, reason: RegExp) {
  return (error: unknown) =>
    error instanceof Failure && error.code === code && reason.test(String(error.details.reason ?? error.code));
}
