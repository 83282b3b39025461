-- Who is called: schedules of rotations, with overrides by hand.
create table on_call_schedules (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  title text not null,
  -- An IANA name, such as Europe/Berlin: hand-overs follow the clock on the wall there.
  time_zone text not null,
  -- Layers of rotations; of two that have somebody, the later one wins.
  layers jsonb not null,
  -- Counts up at each change, so that two people who edit at once are told.
  version integer not null default 1,
  created_at timestamptz not null,
  changed_at timestamptz not null
);

create table on_call_overrides (
  id text primary key,
  schedule_id text not null references on_call_schedules on delete cascade,
  person_id text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  created_at timestamptz not null,
  check (ends_at > starts_at)
);
create index on_call_overrides_by_end on on_call_overrides (schedule_id, ends_at);

-- In which order people are told while nobody answers.
create table escalation_policies (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  title text not null,
  -- What it is for; an empty list is any. The most particular policy wins.
  systems text[] not null default '{}',
  severities text[] not null default '{}',
  steps jsonb not null,
  -- A page that nobody answers is told again to the same people after this.
  remind_after_ms integer check (remind_after_ms > 0),
  -- After the last step all begins again.
  repeat_after_ms integer not null check (repeat_after_ms > 0),
  version integer not null default 1,
  changed_at timestamptz not null
);

-- One thing that people are told of until somebody answers.
create table escalations (
  id text primary key,
  -- `alert/alr_…`, `approval/apr_…`
  subject text not null unique,
  system text,
  severity text not null,
  policy_id text not null,
  message jsonb not null,
  -- Whom the first step tells instead of the policy's own targets.
  first_call jsonb,
  state text not null check (state in ('calling', 'acknowledged', 'ended')),
  -- When this round of steps began, which round it is, and the next step's place in the policy.
  started_at timestamptz not null,
  round integer not null default 1,
  next_step integer not null,
  -- Who was told by the last step, for the reminder, and by any step, for the end.
  last_told jsonb not null default '[]',
  told jsonb not null default '[]',
  remind_at timestamptz,
  next_step_at timestamptz,
  -- The earliest moment at which something is to be done; none once it has ended.
  due_at timestamptz,
  acknowledged_by_id text,
  acknowledged_by_name text,
  acknowledged_until timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- Everything temporary has an end: nobody may silence a page for good.
  check ((state = 'acknowledged') = (acknowledged_until is not null)),
  check ((state = 'ended') = (due_at is null)),
  check ((state = 'ended') = (ended_at is not null))
);
create index escalations_due on escalations (due_at) where due_at is not null;
create index escalations_by_end on escalations (ended_at) where ended_at is not null;

-- The list of who is called first becomes a weekly rotation of the same people.
insert into on_call_schedules (id, title, time_zone, layers, created_at, changed_at)
select 'primary', 'Primary on-call', 'UTC',
  case when count(*) = 0 then '[]'::jsonb else jsonb_build_array(jsonb_build_object(
    'id', 'weekly', 'title', 'Weekly rotation', 'people', jsonb_agg(person_id order by position),
    'every', jsonb_build_object('unit', 'week', 'count', 1), 'handOverAt', '09:00',
    'startsOn', '2026-01-05', 'only', null)) end,
  now(), now()
from on_call;

-- The escalation matrix of the runbooks: L1 to L4 after 15 min, 30 min, 1 h and 2 h without an answer.
insert into escalation_policies (id, title, steps, remind_after_ms, repeat_after_ms, changed_at) values
  ('default', 'Default', '[
    {"title": "First call", "afterMs": 0, "targets": [{"kind": "on-call", "schedule": "primary"}]},
    {"title": "L1", "afterMs": 900000, "targets": [{"kind": "next-on-call", "schedule": "primary"}]},
    {"title": "L2", "afterMs": 1800000, "targets": [{"kind": "role", "role": "operator"}]},
    {"title": "L3", "afterMs": 3600000, "targets": [{"kind": "role", "role": "approver"}]},
    {"title": "L4", "afterMs": 7200000, "targets": [{"kind": "everyone"}]}
  ]', 300000, 1800000, now()),
  -- An approval waits minutes, not hours: who could agree is told first, then everyone.
  ('approvals', 'Approval requests', '[
    {"title": "First call", "afterMs": 0, "targets": [{"kind": "role", "role": "approver"}]},
    {"title": "L1", "afterMs": 300000, "targets": [{"kind": "everyone"}]}
  ]', 120000, 1800000, now());

grant select, insert, update, delete on on_call_schedules, on_call_overrides, escalation_policies, escalations
  to operations_app;
grant select on on_call_schedules, on_call_overrides, escalation_policies, escalations to operations_readonly;
