-- The audit log: each row is a leaf of an RFC 6962 Merkle tree, in the order of its sequence, and stays as it was written.

create table audit_entries (
  sequence bigint primary key check (sequence >= 0),
  recorded_at timestamptz not null,
  incident_id text,
  -- Canonical JSON, byte for byte what is hashed; text and not jsonb, which would rewrite it.
  leaf text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
);
create index audit_entries_of_incident on audit_entries (incident_id, sequence) where incident_id is not null;

create index audit_entries_by_time on audit_entries using brin (recorded_at);

create table audit_checkpoints (
  size bigint primary key check (size >= 0),
  root bytea not null check (octet_length(root) = 32),
  made_at timestamptz not null,
  -- C2SP signed note.
  note text not null
);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only: % of % is refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entries_are_kept before update or delete or truncate on audit_entries
  for each statement execute function refuse_audit_change();
create trigger audit_checkpoints_are_kept before update or delete or truncate on audit_checkpoints
  for each statement execute function refuse_audit_change();

grant select, insert on audit_entries, audit_checkpoints to operations_app;
grant select on audit_entries, audit_checkpoints to operations_readonly;
