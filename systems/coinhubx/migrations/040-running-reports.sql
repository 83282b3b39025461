-- A reconciliation takes its number when it begins, so that whoever does not want to wait can ask for its report later.
grant usage, select on sequence reconciliation_reports_number_seq to coinhubx_app;
