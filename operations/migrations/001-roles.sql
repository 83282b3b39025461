-- Roles belong to the server, so a second database on it finds them already there.
do $$
begin
  if not exists (select from pg_roles where rolname = 'operations_app') then
    create role operations_app nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'operations_readonly') then
    create role operations_readonly nologin;
  end if;
exception when duplicate_object or unique_violation then
  null; -- another database of the same server was faster
end $$;
grant usage on schema public to operations_app, operations_readonly;
