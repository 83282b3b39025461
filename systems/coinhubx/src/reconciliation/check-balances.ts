import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
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

/** What the rows say of each account on one side. Ends of pending transfers are taken off apart: they are few. */
const SIDES = {
  debit: fragment`select debit_account_id as id, count(*) as rows,
      sum(amount) filter (where kind in ('posted', 'post_pending')) as posted,
      sum(amount) filter (where kind = 'pending') as pending
    from ledger_transfers group by 1`,
  credit: fragment`select credit_account_id as id, count(*) as rows,
      sum(amount) filter (where kind in ('posted', 'post_pending')) as posted,
      sum(amount) filter (where kind = 'pending') as pending
    from ledger_transfers group by 1`,
};

/** R2: each account is the fold of its transfers (L2), in one pass over the journal for each side. */
export async function checkBalances(snapshot: Sql): Promise<Mismatch[]> {
  const rows = await snapshot.query<FoldRow>(sql`
    with debits as (${SIDES.debit}), credits as (${SIDES.credit}),
    ended as (
      select e.debit_account_id, e.credit_account_id, p.amount
        from ledger_transfers e join ledger_transfers p on p.id = e.pending_id where e.pending_id is not null),
    ended_debits as (select debit_account_id as id, sum(amount) as amount from ended group by 1),
    ended_credits as (select credit_account_id as id, sum(amount) as amount from ended group by 1),
    folds as (
      select coalesce(a.id, d.id, c.id) as id, a.owner, a.asset,
          coalesce(a.debits_pending, 0) as debits_pending,
          coalesce(d.pending, 0) - coalesce(ed.amount, 0) as fold_debits_pending,
          coalesce(a.debits_posted, 0) as debits_posted, coalesce(d.posted, 0) as fold_debits_posted,
          coalesce(a.credits_pending, 0) as credits_pending,
          coalesce(c.pending, 0) - coalesce(ec.amount, 0) as fold_credits_pending,
          coalesce(a.credits_posted, 0) as credits_posted, coalesce(c.posted, 0) as fold_credits_posted,
          coalesce(a.version, 0) as version, coalesce(d.rows, 0) + coalesce(c.rows, 0) as fold_version
        from ledger_accounts a full join debits d on d.id = a.id full join credits c on c.id = coalesce(a.id, d.id)
          left join ended_debits ed on ed.id = d.id left join ended_credits ec on ec.id = c.id)
    select * from folds
      where (debits_pending, debits_posted, credits_pending, credits_posted, version)
        <> (fold_debits_pending, fold_debits_posted, fold_credits_pending, fold_credits_posted, fold_version)
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
