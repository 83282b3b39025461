-- The first answer to each Idempotency-Key, for replays.

create table idempotency_keys (
  actor text not null,
  key text not null check (length(key) between 16 and 64),
  route text not null,
  -- SHA-256 of each member of the body, so that a refusal can name the one that changed.
  field_hashes jsonb not null,
  -- Null while the first call runs.
  status integer,
  -- Kept as text of JSON, so that a replay has the same bytes.
  body json,
  started_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (actor, key)
);
create index idempotency_keys_by_end on idempotency_keys (expires_at);

grant select, insert, update, delete on idempotency_keys to coinhubx_app;
grant select (actor, key, route, status, started_at, expires_at) on idempotency_keys to coinhubx_readonly;
