import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { Instant } from "@assay/primitives/instant";
import { JOURNAL, type JournalTableRow, toJournalRow } from "./journal-row.ts";
import { openLedgerBatch } from "./ledger-batch.ts";
import type { LedgerTransfer } from "./transfer.ts";

const EXPIRIES_PER_COMMIT = 500;

/**
 * Ends the pending transfers whose timeout passed since `since`, oldest first; the number ended. Whoever sweeps
 * regularly need not look at all that ever expired again.
 */
export async function expireOverdue(database: Database, clock: Clock, since: Instant): Promise<number> {
  for (let expired = 0; ; ) {
    const overdue = await readOverdue(database, since, clock.now());
    const ended = await expireAll(database, clock, overdue);
    expired += ended;
    if (overdue.length < EXPIRIES_PER_COMMIT || ended === 0) return expired;
  }
}

async function readOverdue(database: Database, since: Instant, now: Instant): Promise<LedgerTransfer[]> {
  const rows = await database.query<JournalTableRow>(sql`${JOURNAL}
    where t.expires_at > from_microseconds(${since * 1_000}::bigint)
      and t.expires_at <= from_microseconds(${now * 1_000}::bigint)
      and not exists (select from ledger_transfers e where e.pending_id = t.id)
    order by t.expires_at limit ${EXPIRIES_PER_COMMIT}`);
  return rows.map((row) => toJournalRow(row).transfer);
}

async function expireAll(database: Database, clock: Clock, overdue: readonly LedgerTransfer[]): Promise<number> {
  if (overdue.length === 0) return 0;
  return await database.transaction(async (transaction) => {
    const batch = await openLedgerBatch(transaction, {
      now: clock.now(),
      accounts: overdue.flatMap((pending) => [pending.debit, pending.credit]),
      transfers: overdue.map((pending) => pending.id),
    });
    // One that ended since it was read is refused, and that is all right.
    const outcomes = overdue.map((pending) => batch.expire(pending.id));
    await batch.flush();
    return outcomes.filter((outcome) => outcome.ok).length;
  });
}
