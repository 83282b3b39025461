-- Customers, how they prove who they are, and how often they may try.

create table users (
  id text primary key,
  -- Trimmed and in lower case: what it is looked up by.
  email text not null unique check (email = lower(email) and length(email) <= 254),
  password_hash text not null,
  totp_secret text,
  -- A new secret waits here until a first code proves that it arrived.
  totp_pending_secret text,
  -- The last time step that was accepted: each code works once.
  totp_last_step bigint,
  verified boolean not null default false,
  restricted boolean not null default false,
  withdrawals_held_until timestamptz,
  created_at timestamptz not null
);

create table recovery_codes (
  user_id text not null references users,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

create table sessions (
  id text primary key,
  token_hash bytea not null unique,
  user_id text not null references users,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  remote_address text not null
);
create index sessions_of_user on sessions (user_id);

create table api_keys (
  id text primary key,
  user_id text not null references users,
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null check (scopes <@ array['read', 'trade', 'withdraw'] and cardinality(scopes) > 0),
  -- Networks the key may be used from; empty: any.
  allowed_networks text[] not null default '{}',
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  check (not 'withdraw' = any (scopes) or cardinality(allowed_networks) > 0)
);
create index api_keys_of_user on api_keys (user_id);

create table rate_limits (
  bucket text not null,
  key text not null,
  -- When each attempt inside the window was made, oldest first.
  hits timestamptz[] not null,
  blocked_until timestamptz,
  updated_at timestamptz not null,
  primary key (bucket, key)
);
create index rate_limits_by_age on rate_limits (updated_at);

grant select, insert, update on users to coinhubx_app;
grant select, insert, update, delete on recovery_codes, sessions, api_keys, rate_limits to coinhubx_app;
-- Reports and `assay sql` see customers, never what proves them.
grant select (id, email, verified, restricted, withdrawals_held_until, created_at) on users to coinhubx_readonly;
grant select (id, user_id, created_at, last_seen_at, expires_at) on sessions to coinhubx_readonly;
grant select (id, user_id, name, scopes, created_at, expires_at, last_used_at) on api_keys to coinhubx_readonly;
grant select on rate_limits to coinhubx_readonly;
