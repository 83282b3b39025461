-- Alerts also come from outside the rules: Alertmanager, heartbeats, checklists, backups, reviews.
alter table alerts alter column threshold drop not null;
alter table alerts alter column runbook drop not null;
alter table alerts
  add column labels jsonb not null default '{}',
  add column source text not null default 'rules',
  -- Tells apart alerts of one source, system and name; empty for those of rules.
  add column key text not null default '',
  -- The silence, and the maintenance window, that keep it quiet.
  add column silenced_by text,
  add column maintenance text,
  -- Alerts of one group are told in one page, whose subject is the group's lead.
  add column group_key text not null default '',
  add column lead text,
  add column told_at timestamptz,
  -- Why people must hear of it again although nothing about it changed.
  add column reminder text,
  add column cool_down jsonb,
  add column resolution_told boolean not null default true;

drop index alerts_current;
create unique index alerts_current on alerts (source, system, name, key) where state <> 'resolved';
create index alerts_untold on alerts (id) where state = 'resolved' and not resolution_told;
create index alerts_by_system on alerts (system, id desc);
