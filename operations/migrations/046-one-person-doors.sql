-- What one person did without the others: through break-glass, until somebody reviewed it, and under standing approvals.

create table break_glass_uses (
  run_id text primary key references action_runs,
  sentence text not null,
  opened_at timestamptz not null,
  -- Nobody leaves it open.
  review_due_at timestamptz not null check (review_due_at > opened_at and review_due_at <= opened_at + interval '24 hours'),
  reviewer_id text references people,
  reviewer_name text,
  reviewed_at timestamptz,
  review_note text,
  overdue_told_at timestamptz,
  check ((reviewer_id is null) = (reviewed_at is null) and (reviewer_id is null) = (review_note is null))
);
create index break_glass_unreviewed on break_glass_uses (review_due_at) where reviewed_at is null;

create function refuse_own_review() returns trigger language plpgsql as $$
begin
  if old.reviewed_at is not null then
    raise exception 'a review is not changed' using errcode = 'insufficient_privilege';
  end if;
  if new.reviewer_id = (select requester_id from action_runs where id = new.run_id) then
    raise exception 'somebody else reviews' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger break_glass_is_reviewed_once before update of reviewer_id, reviewed_at, review_note on break_glass_uses
  for each row execute function refuse_own_review();

create table standing_approvals (
  id text primary key,
  -- The approval of several people that made it; its digest covers everything below.
  approval_id text not null unique references approvals,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  system text not null,
  action text not null,
  environment text not null,
  runbook_id text not null,
  runbook_sha256 text not null check (runbook_sha256 ~ '^[0-9a-f]{64}$'),
  -- Canonical JSON: what each parameter may be.
  constraints text not null,
  -- SHA-256 of the action's description when it was made.
  description text not null,
  people integer not null check (people between 2 and 5),
  roles text[] not null,
  reason text not null,
  made_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > made_at and ends_at <= made_at + interval '30 days'),
  uses_allowed integer not null check (uses_allowed between 1 and 1000),
  uses integer not null default 0 check (uses between 0 and uses_allowed),
  revoked_at timestamptz,
  revoked_by text,
  revoke_reason text,
  check ((revoked_at is null) = (revoked_by is null) and (revoked_at is null) = (revoke_reason is null))
);
create index standing_approvals_in_force on standing_approvals (action, ends_at) where revoked_at is null;
create trigger standing_approvals_are_not_edited
  before update of id, approval_id, digest, system, action, environment, runbook_id, runbook_sha256, constraints,
    description, people, roles, made_at, ends_at, uses_allowed on standing_approvals
  for each row execute function refuse_approval_edit();

create function refuse_standing_revival() returns trigger language plpgsql as $$
begin
  if new.uses < old.uses or (old.revoked_at is not null and new is distinct from old) then
    raise exception 'a standing approval only runs out' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger standing_approvals_run_out before update on standing_approvals
  for each row execute function refuse_standing_revival();

create table standing_uses (
  standing_id text not null references standing_approvals,
  run_id text primary key references action_runs,
  used_at timestamptz not null
);
create index standing_uses_of on standing_uses (standing_id, used_at);

grant select, insert, update on break_glass_uses, standing_approvals to operations_app;
grant select, insert on standing_uses to operations_app;
grant select on break_glass_uses, standing_approvals, standing_uses to operations_readonly;
