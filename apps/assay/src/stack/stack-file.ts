import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";

const stackFileSchema = z.object({
  pid: z.int(),
  startedAt: z.iso.datetime(),
  urls: z.record(z.string(), z.string()),
  ports: z.record(z.string(), z.int()),
});

/** What a running stack writes down, for commands that talk to it. */
export type StackRecord = z.infer<typeof stackFileSchema>;

export function writeStackFile(path: string, record: StackRecord): void {
  writeFileSync(`${path}.part`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

/** What the last stack of this folder wrote; it may be gone. Nothing when there was none. */
export function readStackFile(path: string): StackRecord | undefined {
  try {
    return stackFileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

export function removeStackFile(path: string): void {
  rmSync(path, { force: true });
}
