import { Socket } from "node:net";
import { Failure } from "@assay/primitives/failure";
import { type ControlReply, type ControlRequest, controlReply } from "./control-protocol.ts";

/**
 * Sends one command to the supervisor and waits for its end.
 * @throws Failure `SUPERVISOR_NOT_RUNNING`, or the supervisor's own with `details.reason`.
 */
export async function askSupervisor(socketPath: string, request: ControlRequest): Promise<unknown> {
  const reply = parseReply(await exchange(socketPath, `${JSON.stringify(request)}\n`));
  if (reply.ok) return reply.value;
  throw new Failure(reply.code, { retryable: false, details: { reason: reply.reason } });
}

function exchange(path: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = new Socket().connect(path, () => socket.write(request));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.once("error", (cause) => reject(new Failure("SUPERVISOR_NOT_RUNNING", { retryable: true, cause })));
    socket.once("close", () => resolve(answer));
  });
}

/** A supervisor that is killed while it works closes the connection without a word. */
function parseReply(text: string): ControlReply {
  try {
    return controlReply.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure("SUPERVISOR_NOT_RUNNING", { retryable: true, cause });
  }
}
