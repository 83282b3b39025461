import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Amount, toAmount } from "@assay/primitives/amount";
import type { Instant } from "@assay/primitives/instant";
import { type AccountKey, accountKeyText, type Balances, NO_BALANCES } from "./account.ts";

export interface BalanceQuery {
  /** The end of this millisecond; now when left out. */
  readonly at?: Instant;
  /**
   * `recorded`: what the books said at that time. `effective`: what we know today about that time, so a back-dated row
   * counts from its effective date.
   */
  readonly view?: "effective" | "recorded";
}

/**
 * An account's balances at a point in time (L9). Rows are recorded in order, so the recorded view is the newest row by
 * then; the effective view adds the back-dated rows recorded since.
 */
export async function readBalanceAt(database: Sql, key: AccountKey, query: BalanceQuery): Promise<Balances> {
  const account = accountKeyText(key);
  const at = query.at === undefined ? undefined : query.at * 1_000 + 999;
  const [recorded] = await database.query<BalanceRow>(sql`
    with account as (select id from ledger_accounts where key = ${account}),
      place as (select ledger_position_at(${at ?? null}::bigint) as position)
    select debits_pending, debits_posted, credits_pending, credits_posted from (
      (select sequence, debit_debits_pending as debits_pending, debit_debits_posted as debits_posted,
          debit_credits_pending as credits_pending, debit_credits_posted as credits_posted
        from ledger_transfers, account, place where debit_account_id = account.id and sequence <= place.position
        order by debit_version desc limit 1)
      union all
      (select sequence, credit_debits_pending, credit_debits_posted, credit_credits_pending, credit_credits_posted
        from ledger_transfers, account, place where credit_account_id = account.id and sequence <= place.position
        order by credit_version desc limit 1)
    ) sides order by sequence desc limit 1`);
  const balances = recorded === undefined ? NO_BALANCES : toBalances(recorded);
  if (query.view === "recorded" || at === undefined) return balances;
  return await addBackDated(database, { account, at, balances });
}

interface BackDated {
  readonly account: string;
  readonly at: number;
  readonly balances: Balances;
}

/** Only plain transfers may be back-dated, so only posted balances move. */
async function addBackDated(database: Sql, { account, at, balances }: BackDated): Promise<Balances> {
  const [late] = await database.query<{ debits: string; credits: string }>(sql`
    select coalesce(sum(amount) filter (where debit_account_id = a.id), 0) as debits,
        coalesce(sum(amount) filter (where credit_account_id = a.id), 0) as credits
      from ledger_transfers t, ledger_accounts a
      where a.key = ${account} and a.id in (t.debit_account_id, t.credit_account_id)
        and t.effective_at < t.recorded_at and t.effective_at <= from_microseconds(${at}::bigint)
        and t.sequence > ledger_position_at(${at}::bigint)`);
  return {
    ...balances,
    debitsPosted: toAmount(balances.debitsPosted + BigInt(late?.debits ?? 0)),
    creditsPosted: toAmount(balances.creditsPosted + BigInt(late?.credits ?? 0)),
  };
}

interface BalanceRow {
  readonly debits_pending: string;
  readonly debits_posted: string;
  readonly credits_pending: string;
  readonly credits_posted: string;
}

function toBalances(row: BalanceRow): Balances {
  const units = (text: string): Amount => toAmount(BigInt(text));
  return {
    debitsPending: units(row.debits_pending),
    debitsPosted: units(row.debits_posted),
    creditsPending: units(row.credits_pending),
    creditsPosted: units(row.credits_posted),
  };
}
