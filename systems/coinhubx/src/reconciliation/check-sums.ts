import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { JournalHead } from "../ledger/ledger-store.ts";
import { type JournalVerdict, verifyJournal } from "../ledger/verify-journal.ts";
import { type Mismatch, toMismatch } from "./report.ts";

/** R1, first half: in each asset all debits equal all credits, posted and pending (L1). */
export async function checkSums(snapshot: Sql): Promise<Mismatch[]> {
  const rows = await snapshot.query<{ asset: string; debits: string; credits: string }>(sql`
    select asset, debits, credits from (
      select asset, sum(debits_posted) as debits, sum(credits_posted) as credits from ledger_accounts group by asset
      union all
      select asset, sum(debits_pending), sum(credits_pending) from ledger_accounts group by asset) sums
    where debits <> credits order by asset`);
  return rows.map(({ asset, debits, credits }) =>
    toMismatch({ check: "R1", asset, expected: BigInt(debits), actual: BigInt(credits) }),
  );
}

/** R1, second half: the hash chain continues from the last row that was found good. */
export async function checkChain(
  snapshot: Sql,
  from: JournalHead,
): Promise<{ readonly mismatches: Mismatch[]; readonly verdict: JournalVerdict }> {
  const verdict = await verifyJournal(snapshot, from);
  if (verdict.ok) return { mismatches: [], verdict };
  const { sequence } = verdict;
  const row = sql`select asset, owner from ledger_transfers t join ledger_accounts a on a.id = t.debit_account_id
    where t.sequence = ${sequence}`;
  const [found] = await snapshot.query<{ asset: string; owner: string }>(row);
  const place = { asset: found?.asset ?? null, owner: found?.owner ?? null, firstSequence: sequence };
  return {
    mismatches: [{ ...toMismatch({ check: "R1", expected: 0n, actual: 0n, ...place }), ...textOf(verdict.reason) }],
    verdict,
  };
}

/** A broken chain has no amounts to compare. */
function textOf(reason: string): Pick<Mismatch, "expected" | "actual" | "difference"> {
  return { expected: "an unbroken hash chain", actual: reason, difference: reason };
}
