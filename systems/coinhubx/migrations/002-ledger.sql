-- The double-entry ledger: accounts with running balances, the hash-chained journal of transfers, and the outbox.

create table ledger_accounts (
  id bigint primary key,
  owner text not null,
  code text not null,
  asset text not null,
  key text collate "C" generated always as (owner || '/' || code || '/' || asset) stored,
  debits_must_not_exceed_credits boolean not null,
  credits_must_not_exceed_debits boolean not null,
  closed boolean not null default false,
  debits_pending numeric(39,0) not null check (debits_pending >= 0),
  debits_posted numeric(39,0) not null check (debits_posted >= 0),
  credits_pending numeric(39,0) not null check (credits_pending >= 0),
  credits_posted numeric(39,0) not null check (credits_posted >= 0),
  version bigint not null,
  opened_at timestamptz not null default now(),
  -- L3, kept by the database itself whatever the program does.
  check (not debits_must_not_exceed_credits or debits_pending + debits_posted <= credits_posted),
  check (not credits_must_not_exceed_debits or credits_pending + credits_posted <= debits_posted)
) with (fillfactor = 75); -- room for updates in place; with more, each visit would tidy the page
create unique index ledger_accounts_key on ledger_accounts (key);

-- No foreign keys: ledger_append proves that the accounts exist.
create table ledger_transfers (
  sequence bigint primary key,
  id text collate "C" not null,
  kind text not null check (kind in ('posted', 'pending', 'post_pending', 'void_pending', 'expire_pending')),
  -- TigerBeetle's bits: 1 linked, 16 balancing_debit, 32 balancing_credit.
  flags smallint not null,
  debit_account_id bigint not null,
  credit_account_id bigint not null,
  amount numeric(39,0) not null check (amount >= 0),
  amount_requested numeric(39,0) not null,
  code text not null,
  pending_id text collate "C",
  reverses text collate "C",
  expires_at timestamptz,
  correlation_id text not null,
  metadata jsonb not null,
  debit_version bigint not null,
  debit_debits_pending numeric(39,0) not null,
  debit_debits_posted numeric(39,0) not null,
  debit_credits_pending numeric(39,0) not null,
  debit_credits_posted numeric(39,0) not null,
  credit_version bigint not null,
  credit_debits_pending numeric(39,0) not null,
  credit_debits_posted numeric(39,0) not null,
  credit_credits_pending numeric(39,0) not null,
  credit_credits_posted numeric(39,0) not null,
  effective_at timestamptz not null,
  recorded_at timestamptz not null,
  input_hash bytea not null,
  hash bytea not null
);
create unique index ledger_transfers_id on ledger_transfers (id);
-- L4: a pending transfer ends once.
create unique index ledger_transfers_pending_id on ledger_transfers (pending_id) where pending_id is not null;
create index ledger_transfers_reverses on ledger_transfers (reverses) where reverses is not null;
create index ledger_transfers_expires_at on ledger_transfers (expires_at) where expires_at is not null;
create index ledger_transfers_pending on ledger_transfers (sequence) where kind = 'pending';
create index ledger_transfers_back_dated on ledger_transfers (effective_at) where effective_at < recorded_at;
create index ledger_transfers_debit on ledger_transfers (debit_account_id, debit_version);
create index ledger_transfers_credit on ledger_transfers (credit_account_id, credit_version);

create function refuse_journal_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append-only' using errcode = 'CX001';
end $$;
create trigger ledger_transfers_append_only before update or delete or truncate on ledger_transfers
  for each statement execute function refuse_journal_change();

-- Notices of what committed, written in the same commit; a relay hands them on at least once, in order.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  delivered_at timestamptz
);
create index outbox_undelivered on outbox (id) where delivered_at is null;

-- How far the hash chain has been verified; moved forward by each verification.
create table ledger_verifications (
  position bigint primary key,
  hash bytea not null,
  verified_at timestamptz not null
);

create function ledger_lock() returns void language sql as $$
  select pg_advisory_xact_lock(hashtextextended('coinhubx.ledger', 0))
$$;

-- Stable, as adding an interval to a time with zone is: only then does the planner put the expression in its place.
create function from_microseconds(us bigint) returns timestamptz language sql stable parallel safe as $$
  select timestamptz '1970-01-01 00:00:00+00' + us * interval '1 microsecond'
$$;

create function to_microseconds(moment timestamptz) returns bigint language sql stable parallel safe as $$
  select (extract(epoch from moment) * 1000000)::bigint
$$;

-- Takes the ledger's lock until the transaction ends and tells where the journal stands. Each statement of a volatile
-- function sees what has committed by then, so nothing read after the lock is old.
create function ledger_open(
  out last_sequence bigint, out last_hash bytea, out last_recorded_at bigint, out last_account_id bigint
) language plpgsql security definer set search_path = public as $$
begin
  perform ledger_lock();
  select t.sequence, t.hash, to_microseconds(t.recorded_at) into last_sequence, last_hash, last_recorded_at
    from ledger_transfers t order by t.sequence desc limit 1;
  select a.id into last_account_id from ledger_accounts a order by a.id desc limit 1;
end $$;

-- Writes one batch: rows, accounts and the outbox notice. The rules were applied by the caller; this proves that they
-- were applied to the present state: the journal continues exactly, accounts exist with the versions the caller read.
-- Text columns arrive as lines, hashes joined: parsing them costs less than arrays of quoted values.
create function ledger_append(
  p_last_sequence bigint, p_last_hash bytea,
  p_account_ids bigint[], p_closed boolean[], p_versions_before bigint[], p_versions bigint[],
  p_debits_pending numeric[], p_debits_posted numeric[], p_credits_pending numeric[], p_credits_posted numeric[],
  p_opened jsonb,
  p_ids text, p_kinds text, p_codes text, p_pending_ids text, p_reverses text, p_correlation_ids text, p_metadata text,
  p_flags smallint[], p_debit_ids bigint[], p_credit_ids bigint[], p_amounts numeric[], p_requested numeric[],
  p_expires_at bigint[], p_effective_at bigint[], p_recorded_at bigint[],
  p_debit_versions bigint[], p_dr_dp numeric[], p_dr_do numeric[], p_dr_cp numeric[], p_dr_co numeric[],
  p_credit_versions bigint[], p_cr_dp numeric[], p_cr_do numeric[], p_cr_cp numeric[], p_cr_co numeric[],
  p_input_hashes bytea, p_hashes bytea, p_refused_ids text[]
) returns void language plpgsql security definer
  set search_path = public set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  changed bigint;
  head record;
begin
  perform ledger_lock();
  select sequence, hash into head from ledger_transfers order by sequence desc limit 1;
  if coalesce(head.sequence, 0) <> p_last_sequence or head.hash is distinct from p_last_hash then
    raise exception 'the journal moved on from % to %', p_last_sequence, head.sequence using errcode = 'CX002';
  end if;

  -- A command that has a row is answered with that row. The accepted ones are new, or the unique index says so below.
  if cardinality(p_refused_ids) > 0 and exists (select from ledger_transfers where id = any(p_refused_ids)) then
    raise exception 'a refused command had been accepted before' using errcode = 'CX002';
  end if;

  insert into ledger_accounts (id, owner, code, asset, debits_must_not_exceed_credits, credits_must_not_exceed_debits,
      debits_pending, debits_posted, credits_pending, credits_posted, version)
    select id, owner, code, asset, debits_must_not_exceed_credits, credits_must_not_exceed_debits, 0, 0, 0, 0, 0
      from jsonb_to_recordset(p_opened) as opened(id bigint, owner text, code text, asset text,
        debits_must_not_exceed_credits boolean, credits_must_not_exceed_debits boolean);

  update ledger_accounts a
    set debits_pending = u.debits_pending, debits_posted = u.debits_posted,
        credits_pending = u.credits_pending, credits_posted = u.credits_posted, version = u.version
    from unnest(p_account_ids, p_closed, p_versions_before, p_versions, p_debits_pending, p_debits_posted,
        p_credits_pending, p_credits_posted)
      as u(id, closed, version_before, version, debits_pending, debits_posted, credits_pending, credits_posted)
    where a.id = u.id and a.version = u.version_before and a.closed = u.closed;
  get diagnostics changed = row_count;
  if changed <> cardinality(p_account_ids) then
    raise exception '% of % accounts are not as they were read', cardinality(p_account_ids) - changed,
      cardinality(p_account_ids) using errcode = 'CX002';
  end if;

  insert into ledger_transfers
    select p_last_sequence + ordinality, id, kind, flags, debit_id, credit_id, amount, requested, code,
        nullif(pending_id, ''), nullif(reverses, ''), from_microseconds(nullif(expires_at, 0)),
        correlation_id, metadata::jsonb, debit_version, dr_dp, dr_do, dr_cp, dr_co,
        credit_version, cr_dp, cr_do, cr_cp, cr_co,
        from_microseconds(effective_at), from_microseconds(recorded_at),
        substring(p_input_hashes from (ordinality - 1)::integer * 32 + 1 for 32),
        substring(p_hashes from (ordinality - 1)::integer * 32 + 1 for 32)
      from unnest(string_to_array(p_ids, e'\n'), string_to_array(p_kinds, e'\n'), string_to_array(p_codes, e'\n'),
          string_to_array(p_pending_ids, e'\n'), string_to_array(p_reverses, e'\n'),
          string_to_array(p_correlation_ids, e'\n'), string_to_array(p_metadata, e'\n'),
          p_flags, p_debit_ids, p_credit_ids, p_amounts, p_requested, p_expires_at, p_effective_at, p_recorded_at,
          p_debit_versions, p_dr_dp, p_dr_do, p_dr_cp, p_dr_co, p_credit_versions, p_cr_dp, p_cr_do, p_cr_cp, p_cr_co)
        with ordinality as rows(id, kind, code, pending_id, reverses, correlation_id, metadata,
          flags, debit_id, credit_id, amount, requested, expires_at, effective_at, recorded_at,
          debit_version, dr_dp, dr_do, dr_cp, dr_co, credit_version, cr_dp, cr_do, cr_cp, cr_co, ordinality);
  get diagnostics changed = row_count;
  if changed <> cardinality(p_debit_ids) or octet_length(p_hashes) <> changed * 32
      or octet_length(p_input_hashes) <> changed * 32 then
    raise exception 'the columns of the batch differ in length' using errcode = 'CX002';
  end if;

  insert into outbox (topic, payload) values ('ledger.transfers',
    jsonb_build_object('first_sequence', p_last_sequence + 1, 'last_sequence', p_last_sequence + changed));
end $$;

-- A closed account takes no more transfers; only the voids and expiries of what it already holds.
create function ledger_set_closed(p_account_id bigint, p_closed boolean) returns boolean language plpgsql
  security definer set search_path = public as $$
begin
  perform ledger_lock();
  update ledger_accounts set closed = p_closed where id = p_account_id;
  return found;
end $$;

-- Everything the application may do to the journal goes through ledger_append; it cannot even insert beside it.
revoke all on function ledger_append, ledger_open, ledger_set_closed from public;
grant execute on function ledger_append, ledger_open, ledger_set_closed to coinhubx_app;
grant select on ledger_accounts, ledger_transfers, outbox, ledger_verifications to coinhubx_app, coinhubx_readonly;
grant insert, update, delete on outbox to coinhubx_app;
grant insert on ledger_verifications to coinhubx_app;

-- The last row recorded by then; the end of the journal for null. Rows are numbered without gaps and recorded in order,
-- so this halves the range instead of keeping one more index on the hottest table.
create function ledger_position_at(moment_us bigint) returns bigint language plpgsql stable as $$
declare
  low bigint := 0;
  high bigint := coalesce((select t.sequence from ledger_transfers t order by t.sequence desc limit 1), 0);
  middle bigint;
begin
  if moment_us is null then
    return high;
  end if;
  while low < high loop
    middle := (low + high + 1) / 2;
    if (select t.recorded_at from ledger_transfers t where t.sequence = middle) <= from_microseconds(moment_us) then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;
