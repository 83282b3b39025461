import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { toAmount } from "@assay/primitives/amount";
import { NO_BALANCES } from "../ledger/account.ts";
import { applyToBalances } from "../ledger/balances.ts";
import type { TransferKind } from "../ledger/transfer.ts";
import { MISMATCHES_PER_CHECK, type Mismatch, toMismatch } from "./report.ts";

const COLUMNS = ["debits_pending", "debits_posted", "credits_pending", "credits_posted", "version"] as const;
type Column = (typeof COLUMNS)[number];

type FoldRow = {
  readonly [Name in Column | `fold_${Column}`]: string;
} & { readonly id: string; readonly owner: string | null; readonly asset: string | null };

/** R2: each account is the fold of its transfers (L2), in one pass over both tables. */
export async function checkBalances(snapshot: Sql): Promise<Mismatch[]> {
  const rows = await snapshot.query<FoldRow>(sql`
    with moves as not materialized (
      select debit_account_id, credit_account_id, 1 as touches,
          case when kind in ('posted', 'post_pending') then amount else 0 end as posted,
          case when kind = 'pending' then amount else 0 end as pending
        from ledger_transfers
      union all
      select e.debit_account_id, e.credit_account_id, 0, 0, -p.amount
        from ledger_transfers e join ledger_transfers p on p.id = e.pending_id where e.pending_id is not null),
    sides as (
      select debit_account_id as id, sum(pending) as debits_pending, sum(posted) as debits_posted,
          0 as credits_pending, 0 as credits_posted, sum(touches) as version from moves group by 1
      union all
      select credit_account_id, 0, 0, sum(pending), sum(posted), sum(touches) from moves group by 1),
    folds as (
      select id, sum(debits_pending) as debits_pending, sum(debits_posted) as debits_posted,
          sum(credits_pending) as credits_pending, sum(credits_posted) as credits_posted, sum(version) as version
        from sides group by id)
    select coalesce(a.id, f.id) as id, a.owner, a.asset,
        coalesce(a.debits_pending, 0) as debits_pending, coalesce(f.debits_pending, 0) as fold_debits_pending,
        coalesce(a.debits_posted, 0) as debits_posted, coalesce(f.debits_posted, 0) as fold_debits_posted,
        coalesce(a.credits_pending, 0) as credits_pending, coalesce(f.credits_pending, 0) as fold_credits_pending,
        coalesce(a.credits_posted, 0) as credits_posted, coalesce(f.credits_posted, 0) as fold_credits_posted,
        coalesce(a.version, 0) as version, coalesce(f.version, 0) as fold_version
      from ledger_accounts a full join folds f on f.id = a.id
      where (coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
          coalesce(a.credits_posted, 0), coalesce(a.version, 0))
        <> (coalesce(f.debits_pending, 0), coalesce(f.debits_posted, 0), coalesce(f.credits_pending, 0),
          coalesce(f.credits_posted, 0), coalesce(f.version, 0))
      order by id limit ${MISMATCHES_PER_CHECK}`);
  const mismatches: Mismatch[] = [];
  for (const row of rows) {
    const firstSequence = await findFirstBadRow(snapshot, row.id);
    mismatches.push(...differences(row, firstSequence));
  }
  return mismatches;
}

function differences(row: FoldRow, firstSequence: number | null): Mismatch[] {
  const { id, owner, asset } = row;
  return COLUMNS.filter((name) => row[name] !== row[`fold_${name}`]).map((name) =>
    toMismatch({
      check: "R2",
      asset,
      accountId: id,
      owner,
      expected: BigInt(row[`fold_${name}`]),
      actual: BigInt(row[name]),
      firstSequence,
    }),
  );
}

interface SideRow {
  readonly sequence: string;
  readonly side: "debit" | "credit";
  readonly kind: TransferKind;
  readonly amount: string;
  readonly released: string;
  readonly after: readonly string[];
}

const ROWS_PER_READ = 5_000;

/** Walks one account's rows and compares each with the one before it. */
async function findFirstBadRow(snapshot: Sql, accountId: string): Promise<number | null> {
  let account = { ...NO_BALANCES, version: 0 };
  for (;;) {
    const rows = await snapshot.query<SideRow>(sql`
      select t.sequence, side, t.kind, t.amount, coalesce(p.amount, 0) as released, after
        from (
          select sequence, 'debit' as side, debit_version as version, array[debit_debits_pending, debit_debits_posted,
              debit_credits_pending, debit_credits_posted]::text[] as after
            from ledger_transfers where debit_account_id = ${accountId} and debit_version > ${account.version}
          union all
          select sequence, 'credit', credit_version, array[credit_debits_pending, credit_debits_posted,
              credit_credits_pending, credit_credits_posted]::text[]
            from ledger_transfers where credit_account_id = ${accountId} and credit_version > ${account.version}
        ) sides join ledger_transfers t using (sequence) left join ledger_transfers p on p.id = t.pending_id
        order by version limit ${ROWS_PER_READ}`);
    for (const { sequence, side, kind, amount, released, after } of rows) {
      const change = { kind, amount: toAmount(BigInt(amount)), released: toAmount(BigInt(released)) };
      account = applyToBalances(account, side, change);
      const { debitsPending, debitsPosted, creditsPending, creditsPosted } = account;
      const expected = [debitsPending, debitsPosted, creditsPending, creditsPosted].join();
      if (expected !== after.join()) return Number(sequence);
    }
    if (rows.length < ROWS_PER_READ) return null;
  }
}
