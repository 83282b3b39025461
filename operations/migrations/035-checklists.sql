-- Since when the plane knows a checklist: what was due before is nobody's fault.
create table checklist_watch (
  system text not null,
  checklist text not null,
  since timestamptz not null,
  -- Whether people were told that a round is late.
  alerting boolean not null default false,
  primary key (system, checklist)
);

-- One round per checklist and period, with the definition that was in force when it opened.
create table checklist_rounds (
  id text primary key,
  system text not null,
  checklist text not null,
  -- Calendar day in the checklist's time zone on which it opens.
  period text not null check (period ~ '^\d{4}-\d{2}-\d{2}$'),
  definition jsonb not null,
  opens_at timestamptz not null,
  due_at timestamptz not null check (due_at > opens_at),
  missed_at timestamptz,
  signed_at timestamptz,
  signed_by text,
  signed_by_name text,
  note text not null default '',
  unique (system, checklist, period),
  check ((signed_at is null) = (signed_by is null))
);
create index checklist_rounds_open on checklist_rounds (due_at) where signed_at is null;
create index checklist_rounds_by_age on checklist_rounds (opens_at desc, id desc);

-- Every look at an item, by the plane or a person; the last one counts. Rows stay as they were written.
create table checklist_ticks (
  round_id text not null references checklist_rounds (id),
  sequence integer not null check (sequence >= 0),
  item text not null,
  verdict text not null check (verdict in ('passed', 'failed', 'inconclusive')),
  -- What was seen, where, and how old it was; null for what a person looked at.
  observed text,
  source text,
  observed_at timestamptz,
  note text not null default '',
  actor jsonb not null,
  at timestamptz not null,
  primary key (round_id, sequence)
);

grant select, insert, update on checklist_watch, checklist_rounds to operations_app;
grant select, insert on checklist_ticks to operations_app;
grant select on checklist_watch, checklist_rounds, checklist_ticks to operations_readonly;
