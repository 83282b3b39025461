import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sqlStateOf } from "@assay/platform/storage/sql-state";
import { Failure, isRetryable } from "@assay/primitives/failure";
import { type LedgerBatch, openLedgerBatch } from "./ledger-batch.ts";
import type { JournalHead } from "./ledger-store.ts";
import { assertRecordable, type TransferCommand, type TransferId, type TransferOutcome } from "./transfer.ts";

export interface LedgerWriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** How long a batch whose commit was cut off is asked about. */
  readonly outcomeTimeoutMs?: number;
}

export interface WrittenBatch {
  readonly outcomes: readonly (readonly TransferOutcome[])[];
  readonly head: JournalHead;
}

const RETRY_PAUSE_MS = 100;
const JOURNAL_MOVED = "CX002";

/**
 * Writes groups of commands in one commit; each group of several is a linked chain.
 *
 * When the connection is lost in COMMIT the batch is sent again: under the ledger's lock the first commit has either
 * happened, and every command finds its own row, or will never happen. So the answer is right either way.
 * @throws Failure `DATABASE_UNAVAILABLE` when nothing was committed, `OUTCOME_UNKNOWN` when that cannot be told in 10 s.
 */
export async function writeBatch(
  { database, clock, outcomeTimeoutMs = 10_000 }: LedgerWriterOptions,
  groups: readonly (readonly TransferCommand[])[],
): Promise<WrittenBatch> {
  for (const command of groups.flat()) assertRecordable(command);
  const deadlineMs = clock.monotonicMs() + outcomeTimeoutMs;
  let unknown: unknown;
  for (;;) {
    try {
      const written = await database.transaction((transaction) => writeOnce(transaction, clock, groups));
      return unknown === undefined ? written : { ...written, outcomes: written.outcomes.map(asFirst) };
    } catch (error) {
      if (isOutcomeUnknown(error)) unknown = error;
      else if (unknown === undefined ? sqlStateOf(error) !== JOURNAL_MOVED : !isRetryable(error)) throw error;
      if (clock.monotonicMs() >= deadlineMs) throw unknown ?? error;
      await clock.sleep(RETRY_PAUSE_MS);
    }
  }
}

async function writeOnce(
  transaction: Sql,
  clock: Clock,
  groups: readonly (readonly TransferCommand[])[],
): Promise<WrittenBatch> {
  const commands = groups.flat();
  const batch = await openLedgerBatch(transaction, {
    now: clock.now(),
    accounts: commands.flatMap((command) => [command.debit, command.credit]),
    transfers: commands.flatMap(idsToLookUp),
  });
  const outcomes = groups.map((group) => applyGroup(batch, group));
  return { outcomes, head: await batch.flush() };
}

function idsToLookUp({ id, pendingId, reverses }: TransferCommand): TransferId[] {
  return [id, pendingId, reverses].filter((it) => it !== undefined);
}

function applyGroup(batch: LedgerBatch, group: readonly TransferCommand[]): readonly TransferOutcome[] {
  return group.length === 1 ? [batch.apply(group[0]!)] : batch.applyLinked(group);
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof Failure && error.code === "OUTCOME_UNKNOWN";
}

/** The caller has had no answer yet, so the row that the cut-off commit left is its first. */
function asFirst(outcomes: readonly TransferOutcome[]): readonly TransferOutcome[] {
  return outcomes.map((outcome) => (outcome.ok ? { ...outcome, replayed: false } : outcome));
}
