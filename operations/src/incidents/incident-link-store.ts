import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { LinkKind } from "../api/schema/incidents.ts";

/** Something that a person or the plane says belongs to an incident. */
export interface IncidentLink {
  readonly kind: LinkKind;
  /** Its id, or for a flag or deploy what it is about. */
  readonly target: string;
  readonly title: string;
  readonly addedAt: Instant;
  readonly addedBy: string;
}

export const MOST_LINKS = 200;

/** False when it is there already. */
export async function insertLink(tx: Sql, incidentId: string, link: IncidentLink): Promise<boolean> {
  const { kind, target, title, addedAt, addedBy } = link;
  const written = await tx.execute(sql`
    insert into incident_links (incident_id, kind, target, title, added_at, added_by)
    values (${incidentId}, ${kind}, ${target}, ${title}, ${formatInstant(addedAt)}, ${addedBy}) on conflict do nothing`);
  return written === 1;
}

export async function listLinks(database: Sql, incidentId: string): Promise<IncidentLink[]> {
  const rows = await database.query<
    Omit<IncidentLink, "addedAt" | "addedBy"> & { added_at: Date; added_by: string }
  >(sql`
    select kind, target, title, added_at, added_by from incident_links
    where incident_id = ${incidentId} order by added_at, kind, target limit ${MOST_LINKS}`);
  return rows.map(({ added_at, added_by, ...link }) => ({
    ...link,
    addedAt: toInstant(added_at.getTime()),
    addedBy: added_by,
  }));
}
