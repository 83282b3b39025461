import { cp, mkdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { findDamagedFiles, readManifest } from "@assay/platform/storage/restore-backup";
import type { BackupRecord } from "./backup-record.ts";
import { recordPath, writeRecord } from "./backup-record.ts";

/** How the same backup fares at the second location. */
export interface SecondCopy {
  readonly status: "passed" | "failed";
  /** RFC 3339. */
  readonly at: string;
  readonly reason?: string;
}

/** What a copy needs besides its own size, so that the last byte still fits. */
const ROOM_FACTOR = 1.1;

/**
 * Copies a backup to the second location and compares each file there with its hash. Never throws: a second location that
 * fails must not undo the first.
 */
export async function copyToSecond(options: {
  readonly directory: string;
  readonly secondDirectory: string;
  readonly record: BackupRecord;
  readonly at: string;
}): Promise<SecondCopy> {
  const { directory, secondDirectory, record, at } = options;
  const part = join(secondDirectory, `.part_${record.name}`);
  try {
    await mkdir(secondDirectory, { recursive: true, mode: 0o700 });
    await rm(part, { recursive: true, force: true });
    if (!(await hasRoom(secondDirectory, record.sizeBytes * ROOM_FACTOR)))
      return { status: "failed", at, reason: "no room at the second location" };
    await cp(join(directory, record.name), part, { recursive: true });
    const { sha256 } = await readManifest(part);
    if (sha256 !== record.sha256) return await dropped(part, at, "manifest.json is another one");
    const damaged = await findDamagedFiles(part);
    if (damaged.length > 0) return await dropped(part, at, `damaged: ${damaged.slice(0, 3).join(", ")}`);
    const into = join(secondDirectory, record.name);
    await rm(into, { recursive: true, force: true });
    await rename(part, into);
    const second: SecondCopy = { status: "passed", at };
    await writeRecord(secondDirectory, { ...record, second });
    return second;
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : "it could not be copied";
    return await dropped(part, at, reason);
  }
}

export async function removeFromSecond(secondDirectory: string, name: string): Promise<void> {
  await rm(recordPath(secondDirectory, name), { force: true });
  await rm(join(secondDirectory, name), { recursive: true, force: true });
}

export async function hasRoom(directory: string, bytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize >= bytes;
}

async function dropped(part: string, at: string, reason: string): Promise<SecondCopy> {
  await rm(part, { recursive: true, force: true }).catch(() => undefined);
  return { status: "failed", at, reason };
}
