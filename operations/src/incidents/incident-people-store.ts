import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { IncidentRole } from "../api/schema/incidents.ts";
import type { NamedPerson } from "./incident.ts";

/** Who does what in an incident. */
export interface IncidentRoleHolder {
  readonly incidentId: string;
  readonly role: IncidentRole;
  readonly person: NamedPerson;
  readonly since: Instant;
}

interface RoleRow {
  incident_id: string;
  role: IncidentRole;
  person_id: string;
  person_name: string;
  since: Date;
}

const MOST_HOLDERS = 1_000;

/** Gives the role; whoever held it before no longer does, unless it is one that several hold. */
export async function giveRole(tx: Sql, { incidentId, role, person, since }: IncidentRoleHolder): Promise<void> {
  if (role !== "expert")
    await tx.execute(sql`delete from incident_roles where incident_id = ${incidentId} and role = ${role}`);
  await tx.execute(sql`
    insert into incident_roles (incident_id, role, person_id, person_name, since)
    values (${incidentId}, ${role}, ${person.id}, ${person.name}, ${formatInstant(since)})
    on conflict (incident_id, role, person_id) do nothing`);
}

/** Takes it back; the name of whom it was taken from, if they held it. */
export async function takeRole(
  tx: Sql,
  {
    incidentId,
    role,
    personId,
  }: { readonly incidentId: string; readonly role: IncidentRole; readonly personId: string },
): Promise<string | undefined> {
  const [row] = await tx.query<{ person_name: string }>(sql`
    delete from incident_roles where incident_id = ${incidentId} and role = ${role} and person_id = ${personId}
    returning person_name`);
  return row?.person_name;
}

/** The holders of all roles of the incidents, longest first. */
export async function roleHolders(database: Sql, incidentIds: readonly string[]): Promise<IncidentRoleHolder[]> {
  const rows = await database.query<RoleRow>(sql`
    select incident_id, role, person_id, person_name, since from incident_roles
    where incident_id = any(${incidentIds}) order by since, role, person_id limit ${MOST_HOLDERS}`);
  return rows.map((row) => ({
    incidentId: row.incident_id,
    role: row.role,
    person: { id: row.person_id, name: row.person_name },
    since: toInstant(row.since.getTime()),
  }));
}
