-- Payloads end with their retention; leaf hashes stay, so that every proof made before still verifies. And who outside
-- the database holds our checkpoints.

alter table audit_entries alter column leaf drop not null;

create function refuse_audit_edit() returns trigger language plpgsql as $$
begin
  if new.leaf is null and old.leaf is not null
    and new.sequence = old.sequence and new.recorded_at = old.recorded_at and new.leaf_hash = old.leaf_hash
    and new.incident_id is not distinct from old.incident_id
    and old.recorded_at <= now() - interval '365 days'
  then
    return new;
  end if;
  raise exception 'the audit log is append-only: % of % is refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
drop trigger audit_entries_are_kept on audit_entries;
create trigger audit_entries_are_not_edited before update on audit_entries
  for each row execute function refuse_audit_edit();
create trigger audit_entries_are_kept before delete or truncate on audit_entries
  for each statement execute function refuse_audit_change();

create table audit_retention (
  is_only boolean primary key default true check (is_only),
  -- Entries below have no payload any more.
  pruned_to bigint not null default 0 check (pruned_to >= 0)
);
insert into audit_retention default values;

-- The working role may not update entries; through this it takes payloads that are old enough, oldest first.
create function prune_audit_payloads(before timestamptz, most integer) returns bigint
  language plpgsql security definer set search_path = public as $$
declare
  first bigint;
  stop bigint;
begin
  if before > now() - interval '365 days' then
    raise exception 'audit entries are kept for at least a year' using errcode = 'insufficient_privilege';
  end if;
  select pruned_to into first from audit_retention for update;
  select coalesce(min(sequence), first + most) into stop from audit_entries
    where sequence >= first and sequence < first + most and recorded_at >= before;
  select least(stop, coalesce(max(sequence) + 1, 0)) into stop from audit_entries;
  if stop <= first then
    return first;
  end if;
  update audit_entries set leaf = null where sequence >= first and sequence < stop;
  update audit_retention set pruned_to = stop;
  return stop;
end $$;

create table audit_witnesses (
  name text primary key,
  -- The last checkpoint it took.
  size bigint check (size >= 0),
  taken_at timestamptz,
  failing_since timestamptz,
  error text
);

revoke execute on function prune_audit_payloads from public;
grant execute on function prune_audit_payloads to operations_app;
grant select on audit_retention to operations_app, operations_readonly;
grant select, insert, update on audit_witnesses to operations_app;
grant select on audit_witnesses to operations_readonly;
