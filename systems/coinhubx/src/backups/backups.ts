import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import { baseBackup } from "@assay/platform/storage/base-backup";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { pruneArchive } from "@assay/platform/storage/prune-archive";
import { Failure } from "@assay/primitives/failure";
import { formatInstantSeconds, type Instant, parseInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { type BackupRecord, readRecord, readRecords, recordPath, toBackupName, writeRecord } from "./backup-record.ts";
import { readFacts } from "./database-facts.ts";
import { prepareRestore, type RestoredCopy, type RestoreRequest } from "./prepare-restore.ts";
import { findFault } from "./verify-backup.ts";

export interface BackupsOptions {
  /** The superuser's login to the live database. */
  readonly url: { reveal(): string };
  /** Where backups are kept; another disk than the cluster's. */
  readonly directory: string;
  readonly dataDirectory: string;
  /** Where finished WAL segments are copied. */
  readonly archiveDirectory?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keep?: number;
}

/** What `GET /api/backups` shows. */
export interface BackupView {
  readonly name: string;
  readonly created_at: string;
  readonly size_mb: number;
  readonly verified_at: string | null;
  readonly sha256: string;
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
  /** When a backup was last found good. */
  lastVerifiedAt(): Promise<Instant | undefined>;
}

const KEPT_BACKUPS = 7;
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
    return (await readRecords(this.#options.directory)).map(toView);
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
      await this.#removeOld();
      logger.info({ backup: name, size_bytes: record.sizeBytes }, "A backup was made");
      return accept(toOutcome(directory, record, "created"));
    });
  }

  async #copy(name: string, createdAt: string): Promise<BackupRecord> {
    const { directory, dataDirectory, archiveDirectory } = this.#options;
    await using database = this.#open();
    const before = await readFacts(database);
    const into = join(directory, name);
    const { manifest, sha256 } = await baseBackup({ database, dataDirectory, archiveDirectory, into });
    const after = await readFacts(database);
    return { name, createdAt, sizeBytes: manifest.sizeBytes, sha256, before, after };
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
    const { directory, archiveDirectory, keep = KEPT_BACKUPS, logger } = this.#options;
    const records = await readRecords(directory);
    const lastGood = records.find((record) => record.verification?.status === "verified");
    const outdated = new Set(records.slice(keep).filter((record) => record !== lastGood));
    for (const { name } of outdated) {
      await rm(recordPath(directory, name));
      await rm(join(directory, name), { recursive: true, force: true });
      logger.info({ backup: name }, "An old backup was removed");
    }
    if (archiveDirectory === undefined) return;
    const backups = records.filter((record) => !outdated.has(record)).map(({ name }) => join(directory, name));
    await pruneArchive({ archiveDirectory, backups });
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

function toView({ name, createdAt, sizeBytes, sha256, verification }: BackupRecord): BackupView {
  const verifiedAt = verification?.status === "verified" ? verification.at : null;
  return { name, created_at: createdAt, size_mb: toMegabytes(sizeBytes), verified_at: verifiedAt, sha256 };
}

function toOutcome(directory: string, record: BackupRecord, status: BackupOutcome["status"]): BackupOutcome {
  const { name, createdAt, sizeBytes } = record;
  const path = join(directory, name);
  return { backup_name: name, backup_path: path, timestamp: createdAt, size_mb: toMegabytes(sizeBytes), status };
}

function toMegabytes(bytes: number): number {
  return Math.round((bytes / MEGABYTE) * 10) / 10;
}
