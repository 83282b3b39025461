-- Since when the plane knows a backup of a system: what was due before is nobody's fault.
create table backup_watch (
  system text not null,
  backup text not null,
  since timestamptz not null,
  primary key (system, backup)
);

-- What the plane had a system do with its copies, and how it went.
create table backup_runs (
  id text primary key,
  system text not null,
  backup text not null,
  kind text not null check (kind in ('create', 'verify', 'drill')),
  -- The copy that was made, verified or restored; null until its name is known.
  copy text,
  actor jsonb not null,
  -- The moment of the schedule that it is for; null when a person asked.
  slot timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- Inconclusive: it could not be done, or nobody knows.
  verdict text check (verdict in ('passed', 'failed', 'inconclusive')),
  reason text,
  facts jsonb not null default '{}',
  check ((ended_at is null) = (verdict is null))
);
-- One at a time: they compete for the same disks.
create unique index backup_runs_running on backup_runs (system, backup) where ended_at is null;
create index backup_runs_by_age on backup_runs (system, backup, started_at desc, id desc);

grant select, insert on backup_watch to operations_app;
grant select, insert, update on backup_runs to operations_app;
grant select on backup_watch, backup_runs to operations_readonly;
