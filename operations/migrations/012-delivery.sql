create table contact_methods (
  person_id text not null,
  -- Tried in this order: the next one when the one before failed for good.
  position integer not null check (position >= 0),
  kind text not null check (kind in ('email', 'webhook')),
  target text not null,
  primary key (person_id, position)
);

create table on_call (
  position integer primary key check (position >= 0),
  person_id text not null unique
);

-- One message to one person over one of their channels.
create table notifications (
  id text primary key,
  person_id text not null,
  person_name text not null,
  channel_position integer not null,
  kind text not null check (kind in ('email', 'webhook')),
  target text not null,
  -- What it is about: `alert/alr_…`, `approval/apr_…`.
  subject text not null,
  message jsonb not null,
  state text not null check (state in ('queued', 'sent', 'failed')),
  attempts integer not null default 0,
  error text,
  created_at timestamptz not null,
  sent_at timestamptz
);
create index notifications_by_subject on notifications (subject, created_at);
create index notifications_by_age on notifications (created_at);

grant select, insert, update, delete on contact_methods, on_call, notifications to operations_app;
grant select on contact_methods, on_call, notifications to operations_readonly;
