import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server, Socket } from "node:net";
import { dirname } from "node:path";
import { Failure } from "@assay/primitives/failure";
import { type ControlReply, type ControlRequest, controlRequest, MAX_REQUEST_BYTES } from "./control-protocol.ts";
import type { Supervisor } from "./supervisor.ts";

export interface ControlServerOptions {
  readonly socketPath: string;
  readonly supervisor: Supervisor;
  /** What the owner tells about itself, such as addresses. */
  readonly describe: () => unknown;
  readonly onShutdown: () => void;
}

/**
 * Listens for commands on a unix socket that only its owner may open. It is also the lock of the state folder.
 * @throws Failure `ALREADY_RUNNING` when another supervisor answers there.
 */
export async function startControlServer(options: ControlServerOptions): Promise<AsyncDisposable> {
  mkdirSync(dirname(options.socketPath), { recursive: true, mode: 0o700 });
  if (await isAnswered(options.socketPath)) throw new Failure("ALREADY_RUNNING", { retryable: false });
  rmSync(options.socketPath, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serve(socket, options);
  });
  await listen(server, options.socketPath);
  chmodSync(options.socketPath, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

function serve(socket: Socket, options: ControlServerOptions): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > MAX_REQUEST_BYTES) socket.destroy();
    if (!text.includes("\n")) return;
    socket.removeAllListeners("data");
    void answer(text.slice(0, text.indexOf("\n")), options).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
  });
}

async function answer(line: string, options: ControlServerOptions): Promise<ControlReply> {
  try {
    const request = controlRequest.parse(JSON.parse(line));
    return { ok: true, value: (await execute(request, options)) ?? null };
  } catch (error) {
    if (!(error instanceof Failure)) return { ok: false, code: "INVALID_REQUEST", reason: String(error) };
    return { ok: false, code: error.code, reason: String(error.details.reason ?? error.code) };
  }
}

async function execute(request: ControlRequest, { supervisor, describe, onShutdown }: ControlServerOptions) {
  switch (request.command) {
    case "status":
      return supervisor.status();
    case "describe":
      return describe();
    case "usage":
      return await supervisor.usage();
    case "start":
    case "stop":
    case "restart":
      return await supervisor[request.command](request.names);
    case "freeze":
      return supervisor.freeze(request.names);
    case "kill":
      return supervisor.kill(request.names, { hold: request.hold });
    case "scale":
      return await supervisor.scale(request.name, request.count);
    case "shutdown":
      return onShutdown();
  }
}

async function isAnswered(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = new Socket().connect(path);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function listen(server: Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, "listening");
}
