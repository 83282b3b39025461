-- Keys with which machines call the plane. Each may do little, ends by itself, and belongs to the person who made it.

create table api_keys (
  id text primary key,
  name text not null check (length(name) between 1 and 60),
  -- How the key begins, to recognise it in a file; no part of what must stay secret.
  prefix text not null,
  -- SHA-256 of the key: who reads the table cannot call as anybody.
  key_hash bytea not null unique,
  scopes text[] not null check (cardinality(scopes) > 0),
  created_at timestamptz not null,
  created_by text not null references people,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  revoked_by text references people,
  check (expires_at > created_at and expires_at <= created_at + interval '366 days'),
  check ((revoked_at is null) = (revoked_by is null))
);
create index api_keys_of_person on api_keys (created_by);

grant select, insert, update on api_keys to operations_app;
grant select (id, name, prefix, scopes, created_at, created_by, expires_at, last_used_at, revoked_at, revoked_by)
  on api_keys to operations_readonly;
