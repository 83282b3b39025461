import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { formatInstant } from "@assay/primitives/instant";
import type { FlagName } from "../feature-flags/flag-name.ts";
import { disableFlags } from "../feature-flags/flag-store.ts";
import type { BackupRecord } from "./backup-record.ts";
import { readFacts } from "./database-facts.ts";
import { withRestored } from "./scratch-cluster.ts";
import { findLedgerFault } from "./verify-backup.ts";

export interface RestoreRequest {
  /** Who asked, for the audit log. */
  readonly by: string;
  /** Where the journal is known to have ended: the last checkpoint that left the database. */
  readonly lastKnownPosition?: number;
}

export interface RestorePlace {
  readonly directory: string;
  readonly record: BackupRecord;
  readonly dataDirectory: string;
  readonly archiveDirectory?: string | undefined;
  readonly password: { reveal(): string };
  readonly databaseName: string;
  readonly clock: Clock;
}

export interface RestoredCopy {
  readonly backup_name: string;
  /** The verified copy, ready to take the live folder's place once the server is stopped. */
  readonly restored_path: string;
  readonly journal_position: number;
  readonly journal_hash: string;
  /** Journal rows that are known to have existed and are not in the copy: first to last, or null. */
  readonly lost: { readonly first: number; readonly last: number } | null;
}

/**
 * Restores a backup, and what was archived since, beside the live database. The copy is verified before anything is
 * replaced, and all switches are off in it: people turn them on after they have looked.
 * @throws Failure `RESTORE_NOT_GOOD`, with the copy removed.
 */
export async function prepareRestore(place: RestorePlace, request: RestoreRequest): Promise<RestoredCopy> {
  const { directory, record, archiveDirectory, password, databaseName } = place;
  const into = restoredPath(place.dataDirectory);
  await rm(into, { recursive: true, force: true });
  const archive = archiveDirectory === undefined ? undefined : { directory: archiveDirectory };
  const restore = { from: join(directory, record.name), into, password, archive, databaseName };
  try {
    return await withRestored(restore, async (copy) => {
      const fault = await findLedgerFault(copy);
      if (fault !== undefined) throw new Failure("RESTORE_NOT_GOOD", { retryable: false, details: { fault } });
      await closeEverything(copy, `restored from ${record.name} by ${request.by}`);
      const { journalPosition, journalHash } = await readFacts(copy);
      const last = request.lastKnownPosition ?? record.after.journalPosition;
      const lost = last > journalPosition ? { first: journalPosition + 1, last } : null;
      const found = { journal_position: journalPosition, journal_hash: journalHash, lost };
      return { backup_name: record.name, restored_path: into, ...found };
    });
  } catch (error) {
    await rm(into, { recursive: true, force: true });
    throw error;
  }
}

export function restoredPath(dataDirectory: string): string {
  return `${dataDirectory}.restored`;
}

/** The wide switches stop all that the narrow ones do; those stay as they were, or people would have to recall each. */
async function closeEverything(copy: Database, reason: string): Promise<void> {
  const rows = await copy.query<{ name: FlagName }>(
    sql`select name from feature_flags where name <> 'maintenance_mode' and name not like '%:%' order by name`,
  );
  await copy.transaction(async (transaction) => {
    await disableFlags(
      transaction,
      rows.map((row) => row.name),
      { by: "restore", reason },
    );
  });
}

export interface SwapResult {
  /** The folder that was live before; kept so that the swap can be undone. */
  readonly replaced_path: string;
}

/**
 * Puts the restored copy in the live folder's place, and keeps the old one beside it. Both servers must be stopped.
 * @throws Failure `DATABASE_RUNNING` or `NO_RESTORED_COPY`, with nothing moved.
 */
export async function swapRestored(options: { dataDirectory: string; clock: Clock }): Promise<SwapResult> {
  const { dataDirectory, clock } = options;
  const restored = restoredPath(dataDirectory);
  if (!existsSync(restored)) throw new Failure("NO_RESTORED_COPY", { retryable: false, details: { restored } });
  if (existsSync(join(dataDirectory, "postmaster.pid"))) throw new Failure("DATABASE_RUNNING", { retryable: false });
  const stamp = formatInstant(clock.now()).replace(/\D/g, "").slice(0, 14);
  const replaced = `${dataDirectory}.replaced_${stamp}`;
  if (existsSync(dataDirectory)) await rename(dataDirectory, replaced);
  await rename(restored, dataDirectory);
  return { replaced_path: replaced };
}
