-- Feature flags (kill switches) and the outbox through which audit entries reach the operations plane.

create table audit_outbox (
  id bigint generated always as identity primary key,
  entry jsonb not null,
  created_at timestamptz not null default now(),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_error text,
  delivered_at timestamptz
);
create index audit_outbox_undelivered on audit_outbox (id) where delivered_at is null;

create table feature_flags (
  name text primary key check (name ~ '^[a-z_]+(:[A-Z0-9-]{2,30})?$'),
  enabled boolean not null,
  version bigint not null default 1,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  reason text not null default ''
);

-- Every change is announced, also one made by hand in SQL, so that no process acts on an old value for more than a moment.
create function announce_feature_flags() returns trigger language plpgsql as $$
begin
  perform pg_notify('coinhubx_flags', '');
  return null;
end $$;
create trigger feature_flags_announced after insert or update or delete or truncate on feature_flags
  for each statement execute function announce_feature_flags();

grant select, insert, update on audit_outbox to coinhubx_app;
-- SELECT … FOR SHARE asks for the right to update.
grant select, insert, update on feature_flags to coinhubx_app;
grant select on audit_outbox, feature_flags to coinhubx_readonly;
