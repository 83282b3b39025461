import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import { baseBackup } from "@assay/platform/storage/base-backup";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { pruneArchive } from "@assay/platform/storage/prune-archive";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { DAY_MS, formatInstantSeconds, type Instant, parseInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { type BackupRecord, readRecord, readRecords, recordPath, toBackupName, writeRecord } from "./backup-record.ts";
import { readFacts } from "./database-facts.ts";
import { type DrillOutcome, drillRestore } from "./drill-restore.ts";
import { prepareRestore, type RestoredCopy, type RestoreRequest } from "./prepare-restore.ts";
import { copyToSecond, removeFromSecond } from "./second-copy.ts";
import { findFault } from "./verify-backup.ts";

export interface BackupsOptions {
  /** The superuser's login to the live database. */
  readonly url: { reveal(): string };
  /** Where backups are kept; another disk than the cluster's. */
  readonly directory: string;
  readonly dataDirectory: string;
  /** Where finished WAL segments are copied. */
  readonly archiveDirectory?: string | undefined;
  /** Another place, off this machine at best, to which every backup is copied and compared. */
  readonly secondDirectory?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keep?: number;
  /** How many bytes a folder's disk still takes; default what the machine says. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** What `GET /api/backups` shows. */
export interface BackupView {
  readonly name: string;
  readonly created_at: string;
  readonly size_mb: number;
  readonly verified_at: string | null;
  readonly sha256: string;
  /** `never`: nobody has restored and compared it. */
  readonly verification: "passed" | "failed" | "never";
  /** When that was last tried. */
  readonly checked_at: string | null;
  readonly reason: string | null;
  /** The same backup at the second location; null where none is configured. */
  readonly second: { readonly status: "passed" | "failed" | "never"; readonly at: string | null } | null;
}

export interface BackupOutcome {
  readonly backup_name: string;
  readonly backup_path: string;
  readonly timestamp: string;
  readonly size_mb: number;
  readonly status: "created" | "verified" | "failed";
}

export type BackupRefusal = {
  readonly code: "BACKUP_RUNNING" | "BACKUP_NO_SPACE" | "UNKNOWN_BACKUP";
  readonly detail?: string;
};

/** Copies of the whole cluster: made while it runs, and believed only after one was restored and compared. */
export interface Backups {
  /** Newest first. `verified_at` is null until a verification has passed, and again once one has failed. */
  list(): Promise<BackupView[]>;
  create(): Promise<Result<BackupOutcome, BackupRefusal>>;
  /** @throws Failure when the verification could not be made; the backup then counts as not verified. */
  verify(name: string): Promise<Result<BackupOutcome, BackupRefusal>>;
  /** Restores beside the live database, verifies, and turns all switches off in the copy. */
  prepareRestore(name: string, request: RestoreRequest): Promise<Result<RestoredCopy, BackupRefusal>>;
  /** Restores into a scratch cluster, compares with the live database, measures, and removes it again. */
  drill(name: string): Promise<Result<DrillOutcome, BackupRefusal>>;
  /** Up to when a restore reaches with the log archived since; null when that is not known or nothing is verified. */
  restorePointAt(): Promise<string | null>;
  /** Removes what no backup needs any more, also when none is made. */
  prune(): Promise<void>;
  /** When a backup was last found good. */
  lastVerifiedAt(): Promise<Instant | undefined>;
}

const KEPT_BACKUPS = 7;
/** Log without any backup to apply it to is of no use; a backup that is being made now began later than this. */
const ORPHANED_LOG_MS = 2 * DAY_MS;
const MEGABYTE = 1_000_000;
const STATEMENT_TIMEOUT_MS = 60_000;

export function createBackups(options: BackupsOptions): Backups {
  return new FolderBackups(options);
}

class FolderBackups implements Backups {
  readonly #options: BackupsOptions;
  readonly #databaseName: string;
  readonly #password: { reveal(): string };
  /** One at a time: they compete for the same disks. */
  #isBusy = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
    this.#databaseName = decodeURIComponent(new URL(options.url.reveal()).pathname.slice(1));
    this.#password = { reveal: () => decodeURIComponent(new URL(options.url.reveal()).password) };
  }

  async list(): Promise<BackupView[]> {
    const { directory, secondDirectory } = this.#options;
    return (await readRecords(directory)).map((record) => toView(record, secondDirectory !== undefined));
  }

  async lastVerifiedAt(): Promise<Instant | undefined> {
    const times = (await this.list()).flatMap((view) => {
      const at = parseInstant(view.verified_at ?? "");
      return at.ok ? [at.value] : [];
    });
    return times.sort((left, right) => right - left)[0];
  }

  create(): Promise<Result<BackupOutcome, BackupRefusal>> {
    return this.#alone(async () => {
      const { clock, directory, logger } = this.#options;
      const now = clock.now();
      const name = toBackupName(now);
      const record = await this.#copy(name, formatInstantSeconds(now));
      await writeRecord(directory, record);
      await this.#copyToSecond(record);
      await this.#removeOld();
      logger.info({ backup: name, size_bytes: record.sizeBytes }, "A backup was made");
      return accept(toOutcome(directory, record, "created"));
    });
  }

  async #copy(name: string, createdAt: string): Promise<BackupRecord> {
    const { directory, dataDirectory, archiveDirectory, freeBytes } = this.#options;
    await using database = this.#open();
    const before = await readFacts(database);
    const into = join(directory, name);
    const { manifest, sha256 } = await baseBackup({ database, dataDirectory, archiveDirectory, into, freeBytes });
    const after = await readFacts(database);
    return { name, createdAt, sizeBytes: manifest.sizeBytes, sha256, before, after };
  }

  async #copyToSecond(record: BackupRecord): Promise<void> {
    const { directory, secondDirectory, clock, logger } = this.#options;
    if (secondDirectory === undefined) return;
    const at = formatInstantSeconds(clock.now());
    const second = await copyToSecond({ directory, secondDirectory, record, at });
    await writeRecord(directory, { ...record, second });
    const { status, reason } = second;
    if (status === "passed") logger.info({ backup: record.name }, "A backup is at the second location too");
    else logger.error({ backup: record.name, reason }, "A backup could not be copied to the second location");
  }

  async verify(name: string): Promise<Result<BackupOutcome, BackupRefusal>> {
    const { directory, clock, logger } = this.#options;
    const record = await readRecord(directory, name);
    if (record === undefined) return refuse({ code: "UNKNOWN_BACKUP" });
    return await this.#alone(async () => {
      const reason = await findFault({ directory, record, password: this.#password, databaseName: this.#databaseName });
      const at = formatInstantSeconds(clock.now());
      const status = reason === undefined ? "verified" : "failed";
      await writeRecord(directory, {
        ...record,
        verification: { status, at, ...(reason === undefined ? {} : { reason }) },
      });
      if (reason === undefined) logger.info({ backup: name }, "A backup was restored and is good");
      else logger.error({ backup: name, reason }, "A backup is not good");
      return accept(toOutcome(directory, record, status));
    });
  }

  async prepareRestore(name: string, request: RestoreRequest): Promise<Result<RestoredCopy, BackupRefusal>> {
    const { directory, dataDirectory, archiveDirectory, clock } = this.#options;
    const record = await readRecord(directory, name);
    if (record === undefined) return refuse({ code: "UNKNOWN_BACKUP" });
    const place = { directory, dataDirectory, archiveDirectory, password: this.#password };
    return await this.#alone(async () =>
      accept(await prepareRestore({ ...place, record, databaseName: this.#databaseName, clock }, request)),
    );
  }

  async drill(name: string): Promise<Result<DrillOutcome, BackupRefusal>> {
    const { directory, archiveDirectory, clock, logger } = this.#options;
    const record = await readRecord(directory, name);
    if (record === undefined) return refuse({ code: "UNKNOWN_BACKUP" });
    return await this.#alone(async () => {
      await using live = this.#open();
      const place = { directory, record, archiveDirectory, password: this.#password };
      const outcome = await drillRestore({ ...place, databaseName: this.#databaseName, clock, live });
      logger.info({ backup: name, ...outcome }, "A restore drill ended");
      return accept(outcome);
    });
  }

  async restorePointAt(): Promise<string | null> {
    const newest = (await this.list()).find(({ verification }) => verification === "passed");
    if (newest === undefined || this.#options.archiveDirectory === undefined) return newest?.created_at ?? null;
    await using live = this.#open();
    const rows = live.query<{ at: Date | null }>(sql`select last_archived_time as at from pg_stat_archiver`);
    const at = await rows.then(([row]) => row?.at?.toISOString() ?? null).catch(() => null);
    return at === null || at < newest.created_at ? newest.created_at : at;
  }

  async prune(): Promise<void> {
    if (!this.#isBusy) await this.#removeOld();
  }

  async #alone<T>(work: () => Promise<Result<T, BackupRefusal>>): Promise<Result<T, BackupRefusal>> {
    if (this.#isBusy) return refuse({ code: "BACKUP_RUNNING" });
    this.#isBusy = true;
    try {
      return await work();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      return refuse(refusal);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Keeps the newest, and the newest good one even when it is older. */
  async #removeOld(): Promise<void> {
    const { directory, archiveDirectory, secondDirectory, keep = KEPT_BACKUPS, logger, clock } = this.#options;
    const records = await readRecords(directory);
    const lastGood = records.find((record) => record.verification?.status === "verified");
    const outdated = new Set(records.slice(keep).filter((record) => record !== lastGood));
    for (const { name } of outdated) {
      await rm(recordPath(directory, name));
      await rm(join(directory, name), { recursive: true, force: true });
      if (secondDirectory !== undefined) await removeFromSecond(secondDirectory, name);
      logger.info({ backup: name }, "An old backup was removed");
    }
    if (archiveDirectory === undefined) return;
    const backups = records.filter((record) => !outdated.has(record)).map(({ name }) => join(directory, name));
    const unusableBefore = new Date(clock.now() - ORPHANED_LOG_MS);
    const removed = await pruneArchive({ archiveDirectory, backups, unusableBefore });
    if (removed > 0) logger.info({ files: removed }, "Archived log that no backup needs was removed");
  }

  #open(): Database {
    return openDatabase({
      url: this.#options.url,
      applicationName: "backup",
      maxConnections: 2,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
  }
}

function refusalOf(error: unknown): BackupRefusal | undefined {
  const code = error instanceof Failure ? error.code : (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "BACKUP_NO_SPACE") return { code: "BACKUP_NO_SPACE" };
  // Two in one second have the same name.
  return code === "BACKUP_RUNNING" || code === "BACKUP_EXISTS" ? { code: "BACKUP_RUNNING" } : undefined;
}

function toView(record: BackupRecord, hasSecond: boolean): BackupView {
  const { name, createdAt, sizeBytes, sha256, verification, second } = record;
  const verifiedAt = verification?.status === "verified" ? verification.at : null;
  return {
    ...{ name, created_at: createdAt, size_mb: toMegabytes(sizeBytes), verified_at: verifiedAt, sha256 },
    verification: verification === undefined ? "never" : verifiedAt === null ? "failed" : "passed",
    checked_at: verification?.at ?? null,
    reason: verification?.reason ?? second?.reason ?? null,
    second: hasSecond ? { status: second?.status ?? "never", at: second?.at ?? null } : null,
  };
}

function toOutcome(directory: string, record: BackupRecord, status: BackupOutcome["status"]): BackupOutcome {
  const { name, createdAt, sizeBytes } = record;
  const path = join(directory, name);
  return { backup_name: name, backup_path: path, timestamp: createdAt, size_mb: toMegabytes(sizeBytes), status };
}

function toMegabytes(bytes: number): number {
  return Math.round((bytes / MEGABYTE) * 10) / 10;
}
