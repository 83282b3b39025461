import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "@assay/primitives/failure";
import { sha256Hex } from "@assay/primitives/hash";
import { type CopiedFile, copyFiles, listFiles, syncFolder } from "./backup-files.ts";
import type { Database, Sql } from "./database.ts";
import { sql } from "./sql.ts";

export interface BaseBackupOptions {
  /** A login of the superuser. */
  readonly database: Database;
  /** Of the running cluster, on this machine. */
  readonly dataDirectory: string;
  /** Where finished WAL segments are copied, if they are. */
  readonly archiveDirectory?: string | undefined;
  /** The backup's folder; appears complete or not at all. */
  readonly into: string;
  /** How many bytes a folder's disk still takes; default what the machine says. */
  readonly freeBytes?: ((folder: string) => Promise<number>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `manifest.json` of a backup says; `data/` holds the cluster's files and `wal/` the log needed to make them agree. */
export interface BackupManifest {
  readonly format: "assay.base-backup.v1";
  readonly serverVersion: string;
  /** The cluster's own number, so that a backup is not restored as another's. */
  readonly systemIdentifier: string;
  readonly startLsn: string;
  readonly stopLsn: string;
  readonly sizeBytes: number;
  readonly data: readonly CopiedFile[];
  readonly wal: readonly CopiedFile[];
}

export interface BaseBackup {
  readonly manifest: BackupManifest;
  /** SHA-256 of `manifest.json`, which holds the hash of each file. */
  readonly sha256: string;
}

const TIMEOUT_MS = 30 * 60_000;
const SLOT = "assay_base_backup";
/** A little for the log written while copying. */
const SPARE_BYTES = 64 * 2 ** 20;

/**
 * Copies a running cluster without stopping it and without client tools (PostgreSQL manual, 25.3.4): start, copy the
 * files, stop, add the write-ahead log of the time between. Restored, it is the cluster as it was at the end.
 * @throws Failure `BACKUP_NO_SPACE`, `BACKUP_RUNNING`, `BACKUP_EXISTS` or `DATABASE_UNAVAILABLE`; nothing is left behind then.
 */
export async function baseBackup(options: BaseBackupOptions): Promise<BaseBackup> {
  const part = `${options.into}.part`;
  if (existsSync(options.into)) throw failure("BACKUP_EXISTS", { folder: options.into });
  await mkdir(dirname(options.into), { recursive: true, mode: 0o700 });
  await requireSpace(options);
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { mode: 0o700 });
  try {
    const manifest = await options.database.transaction((tx) => copyCluster(tx, { ...options, into: part }), {
      timeoutMs: TIMEOUT_MS,
    });
    const text = JSON.stringify(manifest);
    await writeFile(join(part, "manifest.json"), text, { mode: 0o600 });
    await syncFolder(part);
    await rename(part, options.into);
    return { manifest, sha256: sha256Hex(text) };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw (error as NodeJS.ErrnoException).code === "ENOSPC" ? failure("BACKUP_NO_SPACE", {}, error) : error;
  }
}

async function copyCluster(tx: Sql, options: BaseBackupOptions): Promise<BackupManifest> {
  await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
  await tx.execute(sql`savepoint before_backup`);
  try {
    await reserveLog(tx);
    const manifest = await copyWhileRunning(tx, options);
    await tx.query(sql`select pg_drop_replication_slot(${SLOT})`);
    return manifest;
  } catch (error) {
    await endSession(tx);
    throw error;
  }
}

async function copyWhileRunning(tx: Sql, options: BaseBackupOptions): Promise<BackupManifest> {
  const { dataDirectory, into, signal } = options;
  const [start] = await tx.query<{ lsn: string; file: string }>(
    sql`with started as (select pg_backup_start('assay', true) as lsn) select lsn, pg_walfile_name(lsn) as file from started`,
  );
  const paths = await listFiles(dataDirectory, isLeftOut);
  const data = await copyFiles({ from: dataDirectory, into: join(into, "data"), paths, signal });
  const [stop] = await tx.query<{ lsn: string; labelfile: string; file: string }>(
    sql`select lsn, labelfile, pg_walfile_name(lsn) as file from pg_backup_stop(false)`,
  );
  const label = await addLabel(into, stop!.labelfile);
  const wal = await copyLog(options, { first: start!.file, last: stop!.file });
  return await describe(tx, { startLsn: start!.lsn, stopLsn: stop!.lsn, data: [...data, label], wal });
}

/** Keeps the log until it is copied. The slot has one name, so it also keeps a second backup from starting. */
async function reserveLog(tx: Sql): Promise<void> {
  try {
    await tx.query(sql`select pg_create_physical_replication_slot(${SLOT}, true, true)`);
  } catch (error) {
    throw /already exists/.test((error as Error).message) ? failure("BACKUP_RUNNING", {}, error) : error;
  }
}

/** Backup mode and slot belong to the session and outlive a rollback, so a failed backup takes its connection along. */
async function endSession(tx: Sql): Promise<void> {
  await tx.execute(sql`rollback to savepoint before_backup`).catch(() => undefined);
  await tx.query(sql`select pg_terminate_backend(pg_backend_pid())`).catch(() => undefined);
}

/** Tells the restored server where to begin; it must be in the copy, never in the running cluster. */
async function addLabel(into: string, text: string): Promise<CopiedFile> {
  await writeFile(join(into, "data", "backup_label"), text, { mode: 0o600 });
  return { path: "backup_label", sizeBytes: Buffer.byteLength(text), sha256: sha256Hex(text) };
}

async function copyLog(options: BaseBackupOptions, range: { first: string; last: string }): Promise<CopiedFile[]> {
  const from = join(options.dataDirectory, "pg_wal");
  const isNeeded = (name: string) => /^[0-9A-F]{24}$/.test(name) && name >= range.first && name <= range.last;
  const paths = (await readdir(from)).filter((name) => isNeeded(name) || name.endsWith(".history")).sort();
  const wal = await copyFiles({ from, into: join(options.into, "wal"), paths, signal: options.signal });
  for (const name of [range.first, range.last]) {
    if (!wal.some(({ path }) => path === name)) throw failure("BACKUP_INCOMPLETE", { missing: name });
  }
  return wal;
}

async function describe(
  tx: Sql,
  parts: Pick<BackupManifest, "startLsn" | "stopLsn" | "data" | "wal">,
): Promise<BackupManifest> {
  const [row] = await tx.query<{ version: string; identifier: string }>(
    sql`select current_setting('server_version') as version, system_identifier::text as identifier from pg_control_system()`,
  );
  const sizeBytes = [...parts.data, ...parts.wal].reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    format: "assay.base-backup.v1",
    serverVersion: row!.version,
    systemIdentifier: row!.identifier,
    sizeBytes,
    ...parts,
  };
}

/** The log is copied apart; the rest belongs to the running server alone (PostgreSQL manual, 25.3.4.2). */
function isLeftOut(path: string): boolean {
  const [folder = "", name] = path.split("/");
  if (name !== undefined && EMPTIED_FOLDERS.has(folder)) return true;
  return /(^|\/)(postmaster\.(pid|opts)|pg_internal\.init[^/]*|pgsql_tmp[^/]*|backup_label(\.old)?)$/.test(path);
}

const EMPTIED_FOLDERS = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);

async function requireSpace({ database, into, freeBytes: askFree = freeBytesOf }: BaseBackupOptions): Promise<void> {
  const [row] = await database.query<{ size: string }>(
    sql`select sum(pg_database_size(oid))::text as size from pg_database`,
  );
  const neededBytes = Number(row!.size) + SPARE_BYTES;
  const freeBytes = await askFree(dirname(into));
  if (freeBytes < neededBytes) throw failure("BACKUP_NO_SPACE", { neededBytes, freeBytes });
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function failure(code: string, details: Record<string, unknown>, cause?: unknown): Failure {
  return new Failure(code, { retryable: false, cause, details });
}
