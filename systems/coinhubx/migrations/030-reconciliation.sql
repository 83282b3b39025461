-- What each reconciliation found. Reports are facts: written once, never changed.

create table reconciliation_reports (
  number bigint generated always as identity primary key,
  verdict text not null check (verdict in ('reconciled', 'mismatch', 'inconclusive')),
  mismatches jsonb not null,
  -- Why a check could not be made, for an inconclusive one.
  reason text,
  journal_position bigint not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  check ((verdict = 'mismatch') = (jsonb_array_length(mismatches) > 0))
);

grant select, insert on reconciliation_reports to coinhubx_app;
grant select on reconciliation_reports to coinhubx_readonly;
