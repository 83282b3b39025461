import type { Sql } from "@assay/platform/storage/database";
import { type SqlStatement, sql } from "@assay/platform/storage/sql";
import { OPEN_STATUSES } from "../orders/order.ts";
import { MISMATCHES_PER_CHECK, type Mismatch, toMismatch } from "./report.ts";

interface BackingRow {
  readonly id: string | null;
  readonly owner: string;
  readonly asset: string;
  readonly expected: string;
  readonly actual: string;
}

/** R3: what is set aside in the ledger is what somebody set it aside for, account by account. */
export async function checkBacking(snapshot: Sql): Promise<Mismatch[]> {
  return [
    ...(await compare(snapshot, ORDER_RESERVES)),
    ...(await compare(snapshot, DEBIT_HOLDS)),
    ...(await compare(snapshot, CREDIT_HOLDS)),
    ...(await compare(snapshot, OUTGOING)),
  ];
}

/** `customer_orders` = the reserves of the open orders (X9). */
const ORDER_RESERVES = sql`
  select a.id, coalesce(a.owner, o.owner) as owner, coalesce(a.asset, o.asset) as asset,
      coalesce(o.reserve, 0) as expected, coalesce(a.credits_posted - a.debits_posted, 0) as actual
    from (select * from ledger_accounts where code = 'customer_orders') a
      full join (select customer_id as owner, reserve_asset as asset, sum(reserve) as reserve from orders
        where status = any(${OPEN_STATUSES}) group by 1, 2) o on o.owner = a.owner and o.asset = a.asset
    where coalesce(o.reserve, 0) <> coalesce(a.credits_posted - a.debits_posted, 0)
    order by 2, 3 limit ${MISMATCHES_PER_CHECK}`;

/** `debits_pending` and `credits_pending` = the pending transfers that have not ended. */
const DEBIT_HOLDS = sql`
  with held as (
    select t.debit_account_id as id, sum(t.amount) as amount from ledger_transfers t
      where t.kind = 'pending' and not exists (select from ledger_transfers e where e.pending_id = t.id) group by 1)
  select a.id, a.owner, a.asset, coalesce(h.amount, 0) as expected, a.debits_pending as actual
    from ledger_accounts a left join held h on h.id = a.id
    where a.debits_pending <> coalesce(h.amount, 0) order by a.id limit ${MISMATCHES_PER_CHECK}`;

const CREDIT_HOLDS = sql`
  with held as (
    select t.credit_account_id as id, sum(t.amount) as amount from ledger_transfers t
      where t.kind = 'pending' and not exists (select from ledger_transfers e where e.pending_id = t.id) group by 1)
  select a.id, a.owner, a.asset, coalesce(h.amount, 0) as expected, a.credits_pending as actual
    from ledger_accounts a left join held h on h.id = a.id
    where a.credits_pending <> coalesce(h.amount, 0) order by a.id limit ${MISMATCHES_PER_CHECK}`;

/** `withdrawals_outgoing` = withdrawals debited and not final: none, as long as none can be made. */
const OUTGOING = sql`
  select id, owner, asset, 0 as expected, credits_posted - debits_posted as actual from ledger_accounts
    where code = 'withdrawals_outgoing' and credits_posted <> debits_posted order by id limit ${MISMATCHES_PER_CHECK}`;

async function compare(snapshot: Sql, statement: SqlStatement): Promise<Mismatch[]> {
  const rows = await snapshot.query<BackingRow>(statement);
  return rows.map(({ id, owner, asset, expected, actual }) =>
    toMismatch({ check: "R3", asset, accountId: id, owner, expected: BigInt(expected), actual: BigInt(actual) }),
  );
}
