-- People who operate, how they prove who they are, and the epoch by which their tokens are revoked everywhere.

create table people (
  id text primary key,
  email text not null check (length(email) <= 254),
  -- The mailbox behind the address: two addresses of one mailbox are one person.
  mailbox text not null,
  name text not null,
  roles text[] not null,
  state text not null check (state in ('invited', 'active', 'removed')),
  password_hash text,
  -- Sealed with a key outside the database.
  totp_secret bytea,
  totp_pending_secret bytea,
  -- The last time step that was accepted: each code works once.
  totp_last_step bigint,
  epoch integer not null default 0,
  created_at timestamptz not null,
  created_by text references people,
  removed_at timestamptz,
  check ((state = 'removed') = (removed_at is not null)),
  check (state <> 'active' or password_hash is not null)
);
create unique index people_by_mailbox on people (mailbox) where state <> 'removed';

create table sessions (
  id text primary key,
  -- SHA-256 of the token: who reads the table cannot act as anybody.
  token_hash bytea not null unique,
  person_id text not null references people,
  transport text not null check (transport in ('cookie', 'bearer')),
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  stepped_up_at timestamptz,
  address text not null,
  user_agent text not null
);
create index sessions_of_person on sessions (person_id);
create index sessions_by_end on sessions (expires_at);

-- One-time codes: the first person's, and those of people who were invited.
create table one_time_codes (
  code_hash bytea primary key,
  purpose text not null check (purpose in ('bootstrap', 'enrolment')),
  person_id text references people,
  expires_at timestamptz,
  check ((purpose = 'enrolment') = (person_id is not null))
);

grant select, insert, update on people to operations_app;
grant select, insert, update, delete on sessions, one_time_codes to operations_app;
grant select (id, email, name, roles, state, epoch, created_at, removed_at) on people to operations_readonly;
