-- What drills measured, each on a stack of its own: told to the plane by whoever ran them.
create table drill_results (
  id text primary key,
  system text not null,
  fault text not null,
  alert text not null,
  mode text not null check (mode in ('drill', 'control')),
  passed boolean not null,
  reason text,
  runbook_id text,
  -- The text that was run: a later one is not proven by it.
  runbook_sha256 text check (runbook_sha256 ~ '^[0-9a-f]{64}$'),
  detect_ms integer check (detect_ms >= 0),
  detect_limit_ms integer check (detect_limit_ms >= 0),
  recover_ms integer check (recover_ms >= 0),
  recover_limit_ms integer check (recover_limit_ms >= 0),
  recorded_at timestamptz not null,
  recorded_by text not null,
  recorded_by_name text not null,
  check (passed = (reason is null))
);
create index drill_results_newest on drill_results (system, fault, mode, recorded_at desc);

grant select, insert on drill_results to operations_app;
grant select on drill_results to operations_readonly;
