-- Which severities a way to reach a person is for (none named: any), and how long it waits for an answer first.
alter table contact_methods
  add column severities text[] not null default '{}',
  add column delay_ms integer not null default 0 check (delay_ms between 0 and 900000);

-- When a person does not want to hear of what can wait: a stretch of the day where they live.
create table quiet_hours (
  person_id text primary key,
  time_zone text not null,
  from_time text not null,
  to_time text not null
);

-- The schedules have taken its place.
drop table on_call;

grant select, insert, update, delete on quiet_hours to operations_app;
grant select on quiet_hours to operations_readonly;
