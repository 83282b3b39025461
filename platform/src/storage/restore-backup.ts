import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "@assay/primitives/failure";
import { sha256Hex } from "@assay/primitives/hash";
import { type CopiedFile, copyFiles, hashFile, listFiles, syncFolder } from "./backup-files.ts";
import type { BackupManifest } from "./base-backup.ts";
import { prepareCluster, shellQuote } from "./embedded-postgres.ts";
import { giveToServer } from "./server-user.ts";

export interface RestoreOptions {
  /** The backup's folder. */
  readonly from: string;
  /** The new cluster's data folder; must be absent or empty. Appears complete or not at all. */
  readonly into: string;
  /** Of the superuser when the backup was made. */
  readonly password: { reveal(): string };
  /** With an archive the cluster goes on past the backup, up to `until` or to the end of the archive. */
  readonly archive?: { readonly directory: string; readonly until?: Date } | undefined;
}

/** Reads `manifest.json`. @throws Failure `BACKUP_DAMAGED` when it is absent or not one. */
export async function readManifest(folder: string): Promise<{ manifest: BackupManifest; sha256: string }> {
  try {
    const text = await readFile(join(folder, "manifest.json"), "utf8");
    const manifest = JSON.parse(text) as BackupManifest;
    if (manifest.format !== "assay.base-backup.v1") throw new Error(`unknown format ${manifest.format}`);
    return { manifest, sha256: sha256Hex(text) };
  } catch (cause) {
    throw new Failure("BACKUP_DAMAGED", { retryable: false, cause, details: { file: "manifest.json" } });
  }
}

/**
 * Compares each file of a backup with its hash and finds missing and foreign ones; an empty list is a sound copy. Only a
 * restore proves that it also starts.
 */
export async function findDamagedFiles(folder: string): Promise<string[]> {
  const { manifest } = await readManifest(folder);
  const expected = new Map(entries(manifest).map((file) => [file.path, file]));
  const present = (await listFiles(folder)).filter((path) => path !== "manifest.json");
  const damaged = new Set([...expected.keys()].filter((path) => !present.includes(path)));
  for (const path of present) {
    const file = expected.get(path);
    const actual = await hashFile(join(folder, path));
    if (file === undefined || file.sha256 !== actual.sha256) damaged.add(path);
  }
  return [...damaged].sort();
}

/**
 * Lays a backup out as a data folder that `startPostgres` or the supervisor starts; the server then replays the log and
 * answers when it has.
 * @throws Failure `RESTORE_TARGET_NOT_EMPTY`, or `BACKUP_DAMAGED` with the file when a copied file's hash differs.
 */
export async function restoreBackup(options: RestoreOptions): Promise<BackupManifest> {
  const { from, into } = options;
  if (existsSync(into) && (await readdir(into)).length > 0) {
    throw new Failure("RESTORE_TARGET_NOT_EMPTY", { retryable: false, details: { folder: into } });
  }
  const { manifest } = await readManifest(from);
  const part = `${into}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true, mode: 0o700 });
  try {
    await copyVerified({ from: join(from, "data"), into: part, files: manifest.data });
    await copyVerified({ from: join(from, "wal"), into: join(part, "pg_wal"), files: manifest.wal });
    for (const folder of EMPTY_FOLDERS) await mkdir(join(part, folder), { recursive: true, mode: 0o700 });
    await prepareRecovery({ ...options, into: part });
    giveToServer(part);
    await syncFolder(part);
    await rm(into, { recursive: true, force: true });
    await rename(part, into);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}

/** Copies and compares in one pass, so that a damaged backup is found before it is used. */
async function copyVerified(options: {
  readonly from: string;
  readonly into: string;
  readonly files: readonly CopiedFile[];
}): Promise<void> {
  const paths = options.files.map((file) => file.path);
  const copied = new Map((await copyFiles({ ...options, paths })).map((file) => [file.path, file.sha256]));
  const damaged = options.files.find((file) => copied.get(file.path) !== file.sha256);
  if (damaged !== undefined) {
    throw new Failure("BACKUP_DAMAGED", { retryable: false, details: { file: damaged.path } });
  }
}

/** Connections are refused until the log is replayed, so nobody sees a moment of the past by accident. */
async function prepareRecovery({ into, password, archive }: RestoreOptions): Promise<void> {
  const settings: Record<string, string> = { hot_standby: "off" };
  if (archive !== undefined) {
    const segment = `${shellQuote(archive.directory)}/%f.gz`;
    settings.restore_command = `test -f ${segment} && gzip -dc ${segment} > %p`;
    settings.recovery_target_action = "promote";
    if (archive.until !== undefined) settings.recovery_target_time = postgresTime(archive.until);
    await writeFile(join(into, "recovery.signal"), "", { mode: 0o600 });
  }
  await prepareCluster({ dataDirectory: into, password, settings });
}

/** ISO 8601 with a numeric zone: this setting does not know the letter Z. */
function postgresTime(time: Date): string {
  return time.toISOString().replace("T", " ").replace("Z", "+00");
}

function entries({ data, wal }: BackupManifest): CopiedFile[] {
  const within = (folder: string) => (file: CopiedFile) => ({ ...file, path: `${folder}/${file.path}` });
  return [...data.map(within("data")), ...wal.map(within("wal"))];
}

/** The server wants these, and a list of files holds no empty folders. */
const EMPTY_FOLDERS = [
  "pg_commit_ts",
  "pg_dynshmem",
  "pg_logical/mappings",
  "pg_logical/snapshots",
  "pg_notify",
  "pg_replslot",
  "pg_serial",
  "pg_snapshots",
  "pg_stat",
  "pg_stat_tmp",
  "pg_subtrans",
  "pg_tblspc",
  "pg_twophase",
  "pg_wal/archive_status",
  "pg_wal/summaries",
];
