import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";
import { MAX_REPLICAS } from "./supervisor.ts";

const names = z.array(z.string().min(1).max(100)).min(1).max(100);

/** What the supervisor can be asked: one JSON line in, one JSON line out, one request per connection. */
export const controlRequest = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("status") }),
  z.strictObject({ command: z.literal("describe") }),
  z.strictObject({ command: z.literal("usage") }),
  z.strictObject({ command: z.literal("start"), names }),
  z.strictObject({ command: z.literal("stop"), names }),
  z.strictObject({ command: z.literal("restart"), names }),
  z.strictObject({ command: z.literal("freeze"), names }),
  z.strictObject({ command: z.literal("kill"), names, hold: z.boolean() }),
  z.strictObject({
    command: z.literal("scale"),
    name: z.string().min(1).max(100),
    count: z.int().min(1).max(MAX_REPLICAS),
  }),
  z.strictObject({ command: z.literal("shutdown") }),
]);

export type ControlRequest = z.infer<typeof controlRequest>;

export const controlReply = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.string(), reason: z.string() }),
]);

export type ControlReply = z.infer<typeof controlReply>;

export const MAX_REQUEST_BYTES = 16 * 1024;
/** Of `sockaddr_un` on macOS, the shorter one. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Where the supervisor of a state folder listens; below the temporary folder when the state folder lies too deep. */
export function controlSocketPath(stateDirectory: string): string {
  const path = join(stateDirectory, "run", "supervisor.sock");
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  const folder = join(tmpdir(), `assay-${process.getuid?.() ?? "run"}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw new Failure("SOCKET_FOLDER_NOT_OURS", {
      retryable: false,
      details: { reason: `${folder} is open to others` },
    });
  }
  return join(folder, `${createHash("sha256").update(stateDirectory).digest("hex").slice(0, 16)}.sock`);
}
