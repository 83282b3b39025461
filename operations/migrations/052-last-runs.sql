-- The list of runbooks shows the newest run of each.
create index runbook_runs_of_runbook on runbook_runs (system, runbook_id, started_at desc, id desc);
