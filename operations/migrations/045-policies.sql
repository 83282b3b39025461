-- The policy table in versions, and the clocks of requests.

create table policy_versions (
  version integer primary key check (version > 0),
  -- Canonical JSON: every rule in force from this version on.
  rules text not null,
  -- Canonical JSON of the one change that made it.
  change text not null,
  approval_id text not null references approvals,
  made_at timestamptz not null,
  reason text not null
);
create trigger policy_versions_are_kept before update or delete or truncate on policy_versions
  for each statement execute function refuse_approval_edit();

alter table approvals
  add column tell_again_ms integer not null default 1800000 check (tell_again_ms between 1000 and 86400000),
  add column told_at timestamptz,
  add column told_times integer not null default 0 check (told_times >= 0),
  add constraint approvals_end check (expires_at > created_at and expires_at <= created_at + interval '7 days');
create index approvals_to_tell_again on approvals (told_at) where state = 'pending';

grant select, insert on policy_versions to operations_app;
grant select on policy_versions to operations_readonly;
