-- Runbooks as the plane fetched them. Every version a run used stays, since a run is pinned to its text.
create table runbook_versions (
  system text not null,
  runbook_id text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  version integer not null check (version >= 1),
  title text not null,
  markdown text not null,
  fetched_at timestamptz not null,
  primary key (system, runbook_id, sha256)
);

create table runbook_runs (
  id text primary key,
  system text not null,
  runbook_id text not null,
  runbook_sha256 text not null,
  runbook_version integer not null,
  title text not null,
  environment text not null check (environment in ('local', 'staging', 'production')),
  params jsonb not null,
  captures jsonb not null default '{}',
  incident_id text,
  started_by text not null,
  started_by_name text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  state text not null
    check (state in ('running', 'waiting_for_person', 'waiting_for_approval', 'stopped', 'finished', 'aborted')),
  cursor text,
  undoing text,
  verdict text check (verdict in ('passed', 'failed', 'inconclusive')),
  offers text[] not null default '{}',
  reason text,
  -- Who drives it now: a process renews its lease, and another takes over when it is past.
  lease_owner text,
  lease_until timestamptz,
  foreign key (system, runbook_id, runbook_sha256) references runbook_versions (system, runbook_id, sha256),
  check ((ended_at is not null) = (state in ('finished', 'aborted'))),
  check ((cursor is null) = (state in ('finished', 'aborted')))
);
create index runbook_runs_open on runbook_runs (started_at) where state not in ('finished', 'aborted');
create index runbook_runs_of_incident on runbook_runs (incident_id) where incident_id is not null;
create index runbook_runs_newest on runbook_runs (started_at desc, id);

create table runbook_step_runs (
  id text primary key,
  run_id text not null references runbook_runs (id),
  step text not null,
  attempt integer not null check (attempt >= 1),
  state text not null check (state in ('running', 'waiting_for_person', 'waiting_for_approval', 'done')),
  verdict text check (verdict in ('passed', 'failed', 'inconclusive', 'skipped')),
  command text not null,
  output text not null default '',
  output_sha256 text,
  truncated boolean not null default false,
  expectations jsonb not null default '[]',
  approval_id text,
  signed_by text,
  signed_by_name text,
  note text,
  item_notes jsonb not null default '[]',
  reason text,
  started_at timestamptz not null,
  ended_at timestamptz,
  unique (run_id, step, attempt),
  check ((state = 'done') = (verdict is not null)),
  check ((state = 'done') = (ended_at is not null))
);
-- One step at a time: the database refuses a second open one.
create unique index runbook_step_runs_open on runbook_step_runs (run_id) where state <> 'done';

grant select, insert, update on runbook_versions, runbook_runs, runbook_step_runs to operations_app;
grant select on runbook_versions, runbook_runs, runbook_step_runs to operations_readonly;
