-- Reports as they were made: what was known then stays as it was.
create table reports (
  id text primary key,
  system text not null,
  name text not null,
  kind text not null check (kind in ('performance', 'security', 'compliance', 'system')),
  title text not null,
  window_from timestamptz not null,
  window_to timestamptz not null check (window_to > window_from),
  made_at timestamptz not null,
  made_by jsonb not null,
  -- Day of the schedule that it is for; null when a person asked.
  scheduled_for text,
  -- Canonical JSON, byte for byte what the digest is of.
  content text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$')
);
create unique index reports_scheduled on reports (system, name, scheduled_for) where scheduled_for is not null;
create index reports_by_age on reports (made_at desc, id desc);

-- What people set, over what a manifest declares. No `every`: not by the clock.
create table report_schedules (
  system text not null,
  name text not null,
  every text check (every in ('day', 'week', 'month')),
  at text not null default '06:00',
  time_zone text not null default 'UTC',
  set_by jsonb not null,
  set_at timestamptz not null,
  primary key (system, name)
);

grant select, insert, delete on reports to operations_app;
grant select, insert, update on report_schedules to operations_app;
grant select on reports, report_schedules to operations_readonly;
