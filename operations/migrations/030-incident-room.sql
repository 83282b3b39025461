-- Who works on an incident, what belongs to it, what was learned and what is still to be done.

alter table incidents add column merged_into text references incidents (id);
-- The first time that somebody answered; reopening does not take it back.
alter table incidents add column responded_at timestamptz;
-- Why no post-mortem is written: {by, at, reason}.
alter table incidents add column waiver jsonb;
update incidents set responded_at = acknowledged_at where acknowledged_at is not null;

create table incident_roles (
  incident_id text not null references incidents (id),
  role text not null check (role in ('commander', 'communications', 'scribe', 'expert')),
  person_id text not null,
  person_name text not null,
  since timestamptz not null,
  primary key (incident_id, role, person_id)
);
-- One person for each role; experts may be several.
create unique index incident_roles_one on incident_roles (incident_id, role) where role <> 'expert';

create table incident_links (
  incident_id text not null references incidents (id),
  kind text not null check (kind in ('alert', 'run', 'approval', 'flag', 'deploy')),
  target text not null,
  title text not null,
  added_at timestamptz not null,
  added_by text not null,
  primary key (incident_id, kind, target)
);

-- Each save is a version of its own; the highest one stands.
create table post_mortems (
  incident_id text not null references incidents (id),
  version integer not null check (version >= 1),
  state text not null check (state in ('draft', 'review', 'published')),
  -- The incident report's parts by heading.
  sections jsonb not null,
  written_at timestamptz not null,
  written_by jsonb not null,
  -- SHA-256 of the canonical JSON of incident, version, state and sections; the audit log holds it too.
  digest text not null check (length(digest) = 64),
  primary key (incident_id, version)
);

create table action_items (
  id text primary key,
  incident_id text not null references incidents (id),
  title text not null,
  owner_id text not null,
  owner_name text not null,
  due_at timestamptz not null,
  state text not null check (state in ('open', 'done', 'dropped')),
  created_at timestamptz not null,
  ended_at timestamptz,
  note text not null default ''
);
create index action_items_of_incident on action_items (incident_id, created_at);
create index action_items_due on action_items (due_at) where state = 'open';

-- Which version each system has and since when: what was deployed lately belongs to a story.
create table system_versions (
  system text primary key,
  version text not null,
  since timestamptz not null
);

grant select, insert, update, delete on incident_roles, incident_links, action_items, system_versions
  to operations_app;
grant select, insert on post_mortems to operations_app;
grant select on incident_roles, incident_links, post_mortems, action_items, system_versions
  to operations_readonly;
