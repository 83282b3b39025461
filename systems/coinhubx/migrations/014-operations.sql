-- What the operations side of the application keeps: grants already used, and who is alive.

create table used_grants (
  id text primary key,
  approval_id text not null,
  action text not null,
  used_at timestamptz not null,
  expires_at timestamptz not null
);

create table heartbeats (
  service text primary key,
  beat_at timestamptz not null,
  details jsonb not null default '{}'
);

grant select, insert on used_grants to coinhubx_app;
grant select, insert, update on heartbeats to coinhubx_app;
grant select on used_grants, heartbeats to coinhubx_readonly;
