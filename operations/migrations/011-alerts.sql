create table alerts (
  id text primary key,
  system text not null,
  name text not null,
  state text not null check (state in ('pending', 'firing', 'resolved')),
  severity text not null check (severity in ('info', 'warning', 'high', 'critical')),
  summary text not null,
  runbook text not null,
  -- The threshold behind the severity, and its value when the alert last changed.
  threshold text not null,
  value double precision,
  -- Levels that hold, each with its own clock: what the evaluator needs to go on after a restart.
  conditions jsonb not null,
  unknown boolean not null,
  started_at timestamptz not null,
  fired_at timestamptz,
  resolved_at timestamptz,
  acknowledgement jsonb,
  acknowledgement_expires_at timestamptz,
  -- The alert that keeps this one quiet.
  inhibited_by text,
  -- The worst severity that people were told; null while nobody was.
  told_severity text,
  incident_id text,
  check ((state = 'resolved') = (resolved_at is not null))
);
-- One alert per rule at a time: its dedup key is the system and the rule's name.
create unique index alerts_current on alerts (system, name) where state <> 'resolved';
create index alerts_by_age on alerts (started_at desc, id desc);

grant select, insert, update, delete on alerts to operations_app;
grant select on alerts to operations_readonly;
