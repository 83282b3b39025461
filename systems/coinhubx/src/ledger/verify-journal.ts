import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { equalBytes } from "@assay/primitives/bytes";
import { hashRow } from "./journal-hash.ts";
import { JOURNAL, type JournalTableRow, toJournalRow } from "./journal-row.ts";
import { EMPTY_JOURNAL, type JournalHead } from "./ledger-store.ts";

export type JournalVerdict =
  | { readonly ok: true; readonly verified: number; readonly head: JournalHead }
  | { readonly ok: false; readonly verified: number; readonly sequence: number; readonly reason: JournalFault };

/** What is wrong with the first bad row. */
export type JournalFault = "MISSING_ROW" | "HASH_MISMATCH" | "TIME_WENT_BACK" | "SHORTER_THAN_VERIFIED";

const ROWS_PER_READ = 2_000;

/**
 * Recomputes the hash chain from the row after `from` (the start of the journal by default) to its end in the caller's
 * snapshot (L7). Any changed, missing or added row, and any renamed account, shows at the first row it touches.
 */
export async function verifyJournal(database: Sql, from: JournalHead = EMPTY_JOURNAL): Promise<JournalVerdict> {
  const [anchor] = await database.query<{ hash: Uint8Array }>(
    sql`select hash from ledger_transfers where sequence = ${from.position}`,
  );
  if (from.position > 0 && anchor === undefined) return fault(from, from, "SHORTER_THAN_VERIFIED");
  if (from.position > 0 && !equalBytes(anchor!.hash, from.hash)) return fault(from, from, "HASH_MISMATCH");
  let head = from;
  let lastRecordedUs = 0;
  for (;;) {
    const rows = await database.query<JournalTableRow>(
      sql`${JOURNAL} where t.sequence > ${head.position} order by t.sequence limit ${ROWS_PER_READ}`,
    );
    for (const row of rows) {
      const next = { position: head.position + 1, hash: row.hash };
      if (Number(row.sequence) !== next.position) return fault(from, next, "MISSING_ROW");
      const journalRow = toJournalRow(row);
      if (!equalBytes(hashRow(head.hash, journalRow), row.hash)) return fault(from, next, "HASH_MISMATCH");
      const { recordedAtUs } = journalRow.transfer;
      if (recordedAtUs <= lastRecordedUs) return fault(from, next, "TIME_WENT_BACK");
      lastRecordedUs = recordedAtUs;
      head = next;
    }
    if (rows.length < ROWS_PER_READ) return { ok: true, verified: head.position - from.position, head };
  }
}

function fault(from: JournalHead, at: JournalHead, reason: JournalFault): JournalVerdict {
  return { ok: false, verified: Math.max(0, at.position - from.position - 1), sequence: at.position, reason };
}

/** How far the chain was found good before; the start when never. */
export async function readLastVerified(database: Sql): Promise<JournalHead> {
  const [row] = await database.query<{ position: string; hash: Uint8Array }>(
    sql`select position, hash from ledger_verifications order by position desc limit 1`,
  );
  return row === undefined ? EMPTY_JOURNAL : { position: Number(row.position), hash: row.hash };
}

/**
 * Verifies in one snapshot, from the first row or from the last one found good, and remembers how far it got.
 * @throws Failure `DATABASE_UNAVAILABLE`: then nothing is known, which is not the same as good.
 */
export async function verifyLedger(
  database: Database,
  options: { readonly from: "first" | "last_verified" },
): Promise<JournalVerdict> {
  const verdict = await database.transaction(
    async (transaction) =>
      await verifyJournal(transaction, options.from === "first" ? EMPTY_JOURNAL : await readLastVerified(transaction)),
    { isolation: "repeatable read", readOnly: true, timeoutMs: VERIFY_STATEMENT_TIMEOUT_MS },
  );
  if (verdict.ok && verdict.head.position > 0) await storeVerified(database, verdict.head);
  return verdict;
}

const VERIFY_STATEMENT_TIMEOUT_MS = 60_000;

export async function storeVerified(database: Sql, { position, hash }: JournalHead): Promise<void> {
  await database.execute(sql`insert into ledger_verifications (position, hash, verified_at)
    values (${position}, ${hash}, now()) on conflict (position) do nothing`);
}
