-- Passkeys of people, and the challenges that browsers are asked to sign.

create table passkeys (
  id text primary key,
  person_id text not null references people,
  name text not null check (length(name) between 1 and 60),
  -- As the authenticator named it. One passkey belongs to one person, so it never signs for two.
  credential_id text not null unique check (length(credential_id) <= 1400),
  public_key bytea not null,
  counter bigint not null check (counter >= 0),
  transports text[] not null,
  synced boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_of_person on passkeys (person_id);

-- Each is answered once, within its time, for its purpose.
create table passkey_challenges (
  id text primary key,
  -- Nobody yet when somebody signs in.
  person_id text references people,
  purpose text not null check (purpose in ('sign-in', 'register', 'act', 'approval')),
  -- Of the approval whose signature is asked for, 64 hexadecimal digits.
  digest text,
  challenge bytea not null,
  expires_at timestamptz not null,
  check ((purpose = 'sign-in') = (person_id is null)),
  check ((purpose = 'approval') = (digest is not null))
);
create index passkey_challenges_by_end on passkey_challenges (expires_at);

grant select, insert, update, delete on passkeys to operations_app;
grant select, insert, delete on passkey_challenges to operations_app;
grant select (id, person_id, name, synced, created_at, last_used_at) on passkeys to operations_readonly;
