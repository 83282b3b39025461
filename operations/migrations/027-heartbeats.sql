-- Jobs that say that they are alive; one that falls silent is an alert.
create table heartbeats (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  title text not null,
  system text not null,
  period_ms bigint not null check (period_ms > 0),
  grace_ms bigint not null check (grace_ms >= 0),
  severity text not null,
  runbook text,
  version integer not null default 1,
  -- `waiting` until the first beat.
  state text not null check (state in ('waiting', 'healthy', 'missed')),
  last_beat_at timestamptz,
  last_beat_by text,
  -- When silence becomes an alert.
  due_at timestamptz not null,
  -- A pause has an end, or it is none.
  paused_until timestamptz,
  paused_by text,
  paused_reason text,
  created_at timestamptz not null,
  check ((paused_until is null) = (paused_by is null))
);
create index heartbeats_due on heartbeats (due_at) where state <> 'missed';

-- When the plane last listened: silence in a time in which nobody could have been heard proves nothing.
create table heartbeat_listener (
  id boolean primary key default true check (id),
  listened_at timestamptz not null
);

grant select, insert, update, delete on heartbeats, heartbeat_listener to operations_app;
grant select on heartbeats, heartbeat_listener to operations_readonly;
