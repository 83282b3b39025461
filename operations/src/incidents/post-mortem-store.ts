import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { ReportSections } from "../api/schema/incidents.ts";
import { type Incident, type NamedPerson, needsPostMortem } from "./incident.ts";

/** One version of an incident's report. Each save is a version of its own; none is ever changed. */
export interface PostMortem {
  readonly version: number;
  readonly state: "draft" | "review" | "published";
  readonly sections: ReportSections;
  readonly writtenAt: Instant;
  readonly writtenBy: NamedPerson;
  readonly digest: string;
}

interface PostMortemRow extends Omit<PostMortem, "writtenAt" | "writtenBy"> {
  written_at: Date;
  written_by: NamedPerson;
}

const MOST_VERSIONS = 500;

/** SHA-256 of the canonical JSON of what a version says and of which incident. */
export function postMortemDigest(
  incidentId: string,
  { version, state, sections }: Pick<PostMortem, "version" | "state" | "sections">,
): string {
  return sha256Hex(canonicalJson({ incidentId, sections: { ...sections } as JsonObject, state, version }));
}

export async function insertPostMortem(tx: Sql, incidentId: string, written: PostMortem): Promise<void> {
  const { version, state, sections, writtenAt, writtenBy, digest } = written;
  await tx.execute(sql`
    insert into post_mortems (incident_id, version, state, sections, written_at, written_by, digest)
    values (${incidentId}, ${version}, ${state}, ${JSON.stringify(sections)}, ${formatInstant(writtenAt)},
      ${JSON.stringify(writtenBy)}, ${digest})`);
}

/** Newest first. */
export async function listPostMortems(database: Sql, incidentId: string, limit = MOST_VERSIONS): Promise<PostMortem[]> {
  const rows = await database.query<PostMortemRow>(sql`
    select version, state, sections, written_at, written_by, digest from post_mortems
    where incident_id = ${incidentId} order by version desc limit ${limit}`);
  return rows.map(({ written_at, written_by, ...row }) => ({
    ...row,
    writtenAt: toInstant(written_at.getTime()),
    writtenBy: written_by,
  }));
}

export async function newestPostMortem(database: Sql, incidentId: string): Promise<PostMortem | undefined> {
  return (await listPostMortems(database, incidentId, 1))[0];
}

/** Whether the incident must not be closed yet: nothing was published, and nobody said why not. */
export async function lacksPostMortem(database: Sql, incident: Incident): Promise<boolean> {
  if (!needsPostMortem(incident) || incident.waiver !== null) return false;
  return (await newestPostMortem(database, incident.id))?.state !== "published";
}
