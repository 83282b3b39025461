import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { formatInstant } from "@assay/primitives/instant";
import type { DatabaseFacts } from "./database-facts.ts";
import type { SecondCopy } from "./second-copy.ts";

/**
 * What is known of a backup, in a file beside it: it must outlive the database that was backed up. The name is also that
 * of the folder with the copy.
 */
export interface BackupRecord {
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** Of the copy's manifest, which holds the hash of each file. */
  readonly sha256: string;
  /** The database just before and just after the copy; what is restored lies between. */
  readonly before: DatabaseFacts;
  readonly after: DatabaseFacts;
  readonly verification?: BackupVerification;
  /** Absent where no second location is configured. */
  readonly second?: SecondCopy;
}

export interface BackupVerification {
  readonly status: "verified" | "failed";
  /** RFC 3339. */
  readonly at: string;
  /** What was wrong. */
  readonly reason?: string;
}

const NAME = /^backup_\d{8}_\d{6}$/;

export function isBackupName(text: string): boolean {
  return NAME.test(text);
}

/** `backup_YYYYMMDD_HHMMSS`, UTC. */
export function toBackupName(now: Instant): string {
  const digits = formatInstant(now).replace(/\D/g, "");
  return `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}`;
}

export async function writeRecord(directory: string, record: BackupRecord): Promise<void> {
  const path = recordPath(directory, record.name);
  await writeFile(`${path}.part`, JSON.stringify(record, undefined, 2), { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
}

export async function readRecord(directory: string, name: string): Promise<BackupRecord | undefined> {
  assert(isBackupName(name), "a backup's name is checked before it becomes a path");
  const text = await readFile(recordPath(directory, name), "utf8").catch(ignoreAbsent);
  return text === undefined ? undefined : (JSON.parse(text) as BackupRecord);
}

/** Newest first. */
export async function readRecords(directory: string): Promise<BackupRecord[]> {
  const files = (await readdir(directory).catch(ignoreAbsent)) ?? [];
  const names = files.flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -".json".length)] : []));
  const records: BackupRecord[] = [];
  for (const name of names.filter(isBackupName).sort().reverse()) {
    const record = await readRecord(directory, name);
    if (record !== undefined) records.push(record);
  }
  return records;
}

export function recordPath(directory: string, name: string): string {
  return join(directory, `${name}.json`);
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
