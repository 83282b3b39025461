import { join } from "node:path";
import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { verifyStructures } from "@assay/platform/storage/verify-structures";
import { toHex } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { parseInstant } from "@assay/primitives/instant";
import type { BackupRecord } from "./backup-record.ts";
import { type DatabaseFacts, readFacts } from "./database-facts.ts";
import { withScratch } from "./scratch-cluster.ts";
import { hasRoom } from "./second-copy.ts";
import { findLedgerFault } from "./verify-backup.ts";

export interface DrillPlace {
  readonly directory: string;
  readonly record: BackupRecord;
  readonly archiveDirectory?: string | undefined;
  readonly password: { reveal(): string };
  readonly databaseName: string;
  readonly clock: Clock;
  /** The live database, which is only read. */
  readonly live: Sql;
}

/** What a restore would have meant, had it been in earnest. */
export interface DrillOutcome {
  readonly backup_name: string;
  readonly verdict: "passed" | "failed";
  readonly reason: string | null;
  /** From the beginning until the copy answered and was found good. */
  readonly rto_ms: number;
  /** What would have been lost: from the last change in the copy to the beginning. */
  readonly rpo_ms: number;
  readonly journal_position: number;
  readonly live_journal_position: number;
  readonly journal_hash: string;
  readonly rows_compared: number;
}

/** Files, log and a server beside each other need more room than the copy alone. */
const ROOM_FACTOR = 2;

/**
 * Restores a backup, and what was archived since, into a scratch cluster that is removed again; compares digests and row
 * counts with the live database and measures both objectives. The live cluster is read and never touched.
 * @throws Failure `BACKUP_NO_SPACE`, and when it could not be found out.
 */
export async function drillRestore(place: DrillPlace): Promise<DrillOutcome> {
  const { directory, record, archiveDirectory, password, databaseName, clock, live } = place;
  if (!(await hasRoom(directory, record.sizeBytes * ROOM_FACTOR)))
    throw new Failure("BACKUP_NO_SPACE", { retryable: true, details: { backup: record.name } });
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();
  const archive = archiveDirectory === undefined ? undefined : { directory: archiveDirectory };
  const into = join(directory, `.drill_${record.name}`);
  const restore = { from: join(directory, record.name), into, password, archive, databaseName };
  return await withScratch(restore, async (copy) => {
    const reachedAt = (await readLastChange(copy)) ?? createdAt(record);
    const own = await findOwnFault(copy);
    const rtoMs = Math.round(clock.monotonicMs() - startedMs);
    const facts = await readFacts(copy);
    const present = await readFacts(live);
    const reason = own ?? (await findDrift({ facts, present, live, record }));
    return {
      backup_name: record.name,
      verdict: reason === undefined ? "passed" : "failed",
      reason: reason ?? null,
      rto_ms: rtoMs,
      rpo_ms: Math.max(0, startedAt - reachedAt),
      journal_position: facts.journalPosition,
      live_journal_position: present.journalPosition,
      journal_hash: facts.journalHash,
      rows_compared: Object.values(facts.counts).reduce((sum, count) => sum + count, 0),
    };
  });
}

/** When the last replayed transaction was committed; undefined when nothing was replayed. */
async function readLastChange(copy: Database): Promise<number | undefined> {
  const [row] = await copy.query<{ at: Date | null }>(sql`select pg_last_xact_replay_timestamp() as at`);
  return row?.at?.getTime();
}

async function findOwnFault(copy: Database): Promise<string | undefined> {
  const [finding] = await verifyStructures(copy);
  return finding === undefined ? await findLedgerFault(copy) : `${finding.relation}: ${finding.finding}`;
}

interface Comparison {
  readonly facts: DatabaseFacts;
  readonly present: DatabaseFacts;
  readonly live: Sql;
  readonly record: BackupRecord;
}

/** The copy lies between what was copied and what is live now, and its journal is the beginning of the live one. */
async function findDrift({ facts, present, live, record }: Comparison): Promise<string | undefined> {
  for (const [table, count] of Object.entries(facts.counts)) {
    const least = record.before.counts[table] ?? 0;
    const most = present.counts[table] ?? 0;
    if (count < least || count > most) return `${table}: ${count} rows, not ${least} to ${most}`;
  }
  const position = facts.journalPosition;
  if (position < record.before.journalPosition) return `the journal ends at ${position}, before the backup began`;
  if (position === 0) return undefined;
  const [row] = await live.query<{ hash: Uint8Array }>(
    sql`select hash from ledger_transfers where sequence = ${position}`,
  );
  if (row === undefined) return `the live journal has no row ${position}`;
  return toHex(row.hash) === facts.journalHash ? undefined : `row ${position} of the journal has another hash`;
}

function createdAt(record: BackupRecord): number {
  const parsed = parseInstant(record.createdAt);
  return parsed.ok ? parsed.value : 0;
}
