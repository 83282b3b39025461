create table incidents (
  id text primary key,
  title text not null,
  severity text not null check (severity in ('P0', 'P1', 'P2', 'P3')),
  state text not null check (state in ('open', 'acknowledged', 'mitigated', 'resolved', 'closed')),
  system text not null,
  -- Alerts with the same key join the incident while it is open, acknowledged or mitigated.
  dedup_key text not null,
  opened_at timestamptz not null,
  acknowledged_at timestamptz,
  mitigated_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz
);
create unique index incidents_current on incidents (dedup_key) where state in ('open', 'acknowledged', 'mitigated');
create index incidents_by_age on incidents (opened_at desc, id desc);

-- The timeline: append-only, each entry named by its digest in the audit log.
create table incident_entries (
  incident_id text not null references incidents (id),
  sequence integer not null check (sequence >= 0),
  at timestamptz not null,
  kind text not null,
  actor jsonb not null,
  summary text not null,
  details jsonb not null,
  -- SHA-256 of the entry's canonical JSON.
  digest text not null check (length(digest) = 64),
  primary key (incident_id, sequence)
);

grant select, insert, update on incidents to operations_app;
grant select, insert on incident_entries to operations_app;
grant select on incidents, incident_entries to operations_readonly;
