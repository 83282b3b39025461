-- Requests that several people must agree to, and what one person did alone.

create table approvals (
  id text primary key,
  system text not null,
  action text not null,
  -- Canonical JSON of everything that is agreed to; its tagged SHA-256 is the digest.
  bound text not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  -- Zero and one cannot be written here.
  people integer not null check (people between 2 and 5),
  roles text[] not null check (cardinality(roles) > 0),
  requester_id text not null references people,
  title text not null,
  sentence text not null,
  blast_radius text not null,
  undo text not null,
  direction text not null check (direction in ('stop', 'start', 'neutral')),
  reason text not null,
  incident_id text,
  -- A caller that repeats itself names its request; the same name never makes a second one.
  request_key text unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in (
    'awaiting_requester', 'pending', 'approved', 'executed', 'failed', 'refused', 'canceled', 'expired')),
  -- Set once, together with 'approved': an approval is used up before anything is done with it.
  started_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  -- JSON of {code, answer}.
  outcome text,
  check ((started_at is not null) = (state in ('approved', 'executed', 'failed')))
);
create index approvals_by_state on approvals (state, expires_at);
create index approvals_by_time on approvals (created_at desc, id desc);

create table approval_signatures (
  approval_id text not null references approvals,
  person_id text not null references people,
  name text not null,
  roles text[] not null,
  kind text not null check (kind in ('request', 'approval')),
  signed_at timestamptz not null,
  position integer not null check (position between 0 and 4),
  -- A person signs once.
  primary key (approval_id, person_id),
  unique (approval_id, position),
  check ((kind = 'request') = (position = 0))
);

create function refuse_approval_edit() returns trigger language plpgsql as $$
begin
  raise exception 'what people agreed to is not edited' using errcode = 'insufficient_privilege';
end $$;
create trigger approvals_are_not_edited
  before update of id, system, action, bound, digest, people, roles, requester_id, expires_at, request_key on approvals
  for each row execute function refuse_approval_edit();
create trigger approvals_are_used_once before update of started_at on approvals
  for each row when (old.started_at is not null and new.started_at is distinct from old.started_at)
  execute function refuse_approval_edit();
create trigger approval_signatures_are_kept before update or delete or truncate on approval_signatures
  for each statement execute function refuse_approval_edit();

create table action_runs (
  id text primary key,
  system text not null,
  action text not null,
  bound text not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  requester_id text not null references people,
  requester_name text not null,
  reason text not null,
  incident_id text,
  request_key text unique,
  started_at timestamptz not null,
  state text not null check (state in ('running', 'executed', 'failed')),
  ended_at timestamptz,
  outcome text
);
create index action_runs_by_time on action_runs (started_at desc, id desc);

grant select, insert, update on approvals, action_runs to operations_app;
grant select, insert on approval_signatures to operations_app;
grant select on approvals, approval_signatures, action_runs to operations_readonly;
