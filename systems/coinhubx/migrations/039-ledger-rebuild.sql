-- Repair of a balance that somebody changed around the ledger: the journal is the truth. The amounts of its rows are added
-- up, and not its running balances trusted, which carry the false balance on from where it was used.
create function ledger_rebuild_account(p_account_id bigint) returns setof ledger_accounts language plpgsql
  security definer set search_path = public as $$
begin
  perform ledger_lock();
  return query
    with sides as (
      select t.kind, t.amount, t.pending_id, t.debit_version as version, true as is_debit
        from ledger_transfers t where t.debit_account_id = p_account_id
      union all
      select t.kind, t.amount, t.pending_id, t.credit_version, false
        from ledger_transfers t where t.credit_account_id = p_account_id
    ),
    -- A pending transfer holds its amount until the row that posts, voids or expires it gives all of it back.
    moves as (
      select s.version, s.is_debit,
          case when s.kind in ('posted', 'post_pending') then s.amount else 0 end as posted,
          case when s.kind = 'pending' then s.amount when s.kind = 'posted' then 0 else -held.amount end as pending
        from sides s left join ledger_transfers held on held.id = s.pending_id
    ),
    fold as (
      select coalesce(max(version), 0) as version,
          coalesce(sum(pending) filter (where is_debit), 0) as dp, coalesce(sum(posted) filter (where is_debit), 0) as dr,
          coalesce(sum(pending) filter (where not is_debit), 0) as cp, coalesce(sum(posted) filter (where not is_debit), 0) as cr
        from moves
    )
    update ledger_accounts a
      set version = fold.version, debits_pending = fold.dp, debits_posted = fold.dr,
          credits_pending = fold.cp, credits_posted = fold.cr
      from fold where a.id = p_account_id
      returning a.*;
end $$;

revoke all on function ledger_rebuild_account from public;
grant execute on function ledger_rebuild_account to coinhubx_app;
