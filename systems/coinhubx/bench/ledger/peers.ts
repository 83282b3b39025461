import { systemClock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { GroupCommit } from "../../src/ledger/group-commit.ts";

type Traffic = (sequence: number) => readonly [from: number, to: number];

/**
 * Two ledgers as they are usually written in SQL, with neither hash chain nor holds. The first is the textbook one:
 * a transfer, its two entries with the balance after them, foreign keys, one function call for each transfer. The
 * second is the fastest we know: a bare set-based function without entries or foreign keys.
 */
export const PEER_SCHEMA = `
create table single_accounts (
  id bigint primary key, balance bigint not null, version bigint not null default 0, check (balance >= 0)
) with (fillfactor = 50);
insert into single_accounts select n, 1000000000000000 from generate_series(0, 9999) n;
create table single_transfers (
  sequence bigint generated always as identity primary key, id text not null unique,
  debit_account_id bigint not null references single_accounts, credit_account_id bigint not null references single_accounts,
  amount bigint not null check (amount >= 0), recorded_at timestamptz not null default now()
);
create table single_entries (
  account_id bigint not null references single_accounts, version bigint not null,
  transfer bigint not null references single_transfers,
  amount bigint not null, balance_after bigint not null, primary key (account_id, version)
);

create function single_post(p_id text, p_debit bigint, p_credit bigint, p_amount bigint) returns boolean
language plpgsql as $$
declare
  number bigint;
begin
  perform from single_accounts where id in (p_debit, p_credit) order by id for no key update;
  insert into single_transfers (id, debit_account_id, credit_account_id, amount)
    values (p_id, p_debit, p_credit, p_amount) on conflict (id) do nothing returning sequence into number;
  if number is null then
    return true;
  end if;
  with debit as (
    update single_accounts set balance = balance - p_amount, version = version + 1 where id = p_debit returning *)
  insert into single_entries select id, version, number, -p_amount, balance from debit;
  with credit as (
    update single_accounts set balance = balance + p_amount, version = version + 1 where id = p_credit returning *)
  insert into single_entries select id, version, number, p_amount, balance from credit;
  return true;
end $$;

create table batch_accounts (
  id bigint primary key, balance bigint not null, version bigint not null default 0, check (balance >= 0)
) with (fillfactor = 50);
insert into batch_accounts select n, 1000000000000000 from generate_series(0, 9999) n;
create table batch_transfers (
  sequence bigint generated always as identity primary key, id text not null unique,
  debit_account_id bigint not null, credit_account_id bigint not null, amount bigint not null,
  recorded_at timestamptz not null default now()
);
create index on batch_transfers (debit_account_id, sequence);
create index on batch_transfers (credit_account_id, sequence);

create function batch_post(p_ids text[], p_debits bigint[], p_credits bigint[], p_amounts bigint[]) returns void
language plpgsql set enable_seqscan = off as $$
begin
  perform from batch_accounts where id = any(p_debits || p_credits) order by id for no key update;
  insert into batch_transfers (id, debit_account_id, credit_account_id, amount)
    select * from unnest(p_ids, p_debits, p_credits, p_amounts);
  update batch_accounts a set balance = a.balance + s.delta, version = a.version + s.touches from (
    select id, sum(delta)::bigint as delta, count(*) as touches from (
      select debit as id, -amount as delta from unnest(p_debits, p_amounts) u(debit, amount)
      union all select credit, amount from unnest(p_credits, p_amounts) u(credit, amount)) moves
    group by id) s where a.id = s.id;
end $$;
`;

let runs = 0;

/** One call, one commit, for each transfer. */
export function singleCallPeer(database: Database, traffic: Traffic): (sequence: number) => Promise<boolean> {
  runs += 1;
  const run = `single:${runs}`;
  return async (sequence) => {
    const [from, to] = traffic(sequence);
    await database.query(sql`select single_post(${`${run}:${sequence}`}, ${from}, ${to}, 1)`);
    return true;
  };
}

/** The bare batched function behind the same queue as ours. */
export function batchedPeer(database: Database, traffic: Traffic) {
  runs += 1;
  const run = `batched:${runs}`;
  const queue = new GroupCommit<number, boolean>({
    clock: systemClock,
    commit: async (groups) => {
      const sequences = groups.flat();
      const pairs = sequences.map(traffic);
      await database.query(sql`select batch_post(${sequences.map((it) => `${run}:${it}`)},
        ${pairs.map(([from]) => from)}, ${pairs.map(([, to]) => to)}, ${sequences.map(() => 1)})`);
      return groups.map((group) => group.map(() => true));
    },
  });
  return {
    send: async (sequence: number) => (await queue.submit([sequence]))[0] ?? false,
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}
