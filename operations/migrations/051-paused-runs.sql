-- Somebody asked for a pause: the run stops before its next step.
alter table runbook_runs add column pause_asked_by text;
