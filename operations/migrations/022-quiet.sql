-- What keeps alerts quiet. Nothing here exists without an end.
create table silences (
  id text primary key,
  matchers jsonb not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  created_at timestamptz not null,
  ends_at timestamptz not null,
  -- When somebody ended it before its time.
  ended_at timestamptz,
  ended_by text,
  check (ends_at > created_at and ends_at <= created_at + interval '7 days'),
  check ((ended_at is null) = (ended_by is null))
);
create index silences_by_end on silences (ends_at);

create table maintenance_windows (
  id text primary key,
  title text not null,
  -- Null: the whole platform.
  system text,
  components jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  public boolean not null,
  pages_critical boolean not null,
  by_id text not null,
  by_name text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  check (ends_at > starts_at and ends_at <= starts_at + interval '7 days'),
  check ((ended_at is null) = (ended_by is null))
);
create index maintenance_windows_by_end on maintenance_windows (ends_at);

grant select, insert, update on silences, maintenance_windows to operations_app;
grant select on silences, maintenance_windows to operations_readonly;
