-- What users are told. Nothing here says anything about the inside.

-- Parts made by hand, and where parts that a manifest declares stand on the page.
create table status_components (
  -- `system.part` for a declared one.
  id text primary key,
  is_declared boolean not null,
  title text not null,
  description text not null default '',
  group_title text not null default '',
  position integer not null default 100,
  is_hidden boolean not null default false,
  system text,
  health_checks jsonb not null default '[]',
  alerts jsonb not null default '[]'
);

-- A state that a person set; it ends by itself.
create table status_overrides (
  component_id text primary key,
  state text not null check (state in ('operational', 'degraded performance', 'partial outage', 'major outage', 'under maintenance')),
  reason text not null,
  by_name text not null,
  at timestamptz not null,
  ends_at timestamptz not null check (ends_at > at)
);

-- Each change of a part's state, `no data` included: days and uptime are computed from these and nothing else.
create table status_changes (
  component_id text not null,
  at timestamptz not null,
  state text not null check (state in ('operational', 'degraded performance', 'partial outage', 'major outage', 'under maintenance', 'no data')),
  primary key (component_id, at)
);
create index status_changes_by_age on status_changes (at);
-- Until when somebody looked: what lies between this and the next start is not known.
create table status_watch (
  is_only boolean primary key default true check (is_only),
  seen_at timestamptz not null
);

create table public_incidents (
  id text primary key,
  title text not null,
  component_ids jsonb not null,
  -- The incident behind it, never shown to the public.
  incident_id text references incidents (id),
  started_at timestamptz not null,
  resolved_at timestamptz
);
create index public_incidents_by_age on public_incidents (started_at desc);
create unique index public_incidents_of on public_incidents (incident_id) where incident_id is not null and resolved_at is null;
create table public_updates (
  id text primary key,
  public_incident_id text not null references public_incidents (id),
  at timestamptz not null,
  status text not null check (status in ('investigating', 'identified', 'monitoring', 'resolved')),
  body text not null,
  by_id text not null,
  by_name text not null
);
create index public_updates_of on public_updates (public_incident_id, at);

create table status_subscribers (
  id text primary key,
  kind text not null check (kind in ('email', 'webhook')),
  target text not null,
  state text not null check (state in ('pending', 'confirmed')),
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- How often it was asked to confirm, and when last.
  asked integer not null default 1,
  asked_at timestamptz not null,
  unique (kind, target)
);

create table status_deliveries (
  id text primary key,
  subscriber_id text not null references status_subscribers (id) on delete cascade,
  update_id text not null references public_updates (id),
  state text not null check (state in ('queued', 'sent', 'failed')),
  attempts integer not null default 0,
  error text,
  created_at timestamptz not null,
  unique (subscriber_id, update_id)
);
create index status_deliveries_failed on status_deliveries (created_at) where state = 'failed';

grant select, insert, update, delete on status_components, status_overrides, status_changes, status_watch,
  status_subscribers, status_deliveries to operations_app;
grant select, insert, update on public_incidents to operations_app;
grant select, insert on public_updates to operations_app;
grant select on status_components, status_overrides, status_changes, status_watch, public_incidents, public_updates
  to operations_readonly;
