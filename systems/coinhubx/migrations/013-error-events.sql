-- What went wrong, redacted, for 30 days; and what people already know about it.

create table error_events (
  event_id text primary key,
  occurred_at timestamptz not null,
  error_type text not null,
  message text not null,
  traceback text not null,
  request_id text,
  user_id text,
  endpoint text,
  severity text not null check (severity in ('info', 'warning', 'error', 'critical')),
  tags jsonb not null default '{}',
  context jsonb not null default '{}',
  fingerprint text not null
);
create index error_events_by_time on error_events (occurred_at desc, event_id desc);

create table known_issues (
  fingerprint text primary key,
  note text not null,
  noted_by text not null,
  noted_at timestamptz not null
);

grant select, insert, delete on error_events to coinhubx_app;
grant select, insert, update, delete on known_issues to coinhubx_app;
grant select on error_events, known_issues to coinhubx_readonly;
