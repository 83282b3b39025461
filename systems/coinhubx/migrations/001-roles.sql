-- The roles that processes and people act as. Roles belong to the cluster, so another database may have made them.
do $$
begin
  if not exists (select from pg_roles where rolname = 'coinhubx_app') then
    create role coinhubx_app nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'coinhubx_readonly') then
    create role coinhubx_readonly nologin;
  end if;
exception when duplicate_object or unique_violation then
  null; -- made by another database of this cluster in the same moment
end $$;

grant usage on schema public to coinhubx_app, coinhubx_readonly;
