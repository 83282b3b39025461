import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { UpdateStatus } from "../api/schema/status.ts";
import type { NamedPerson } from "../incidents/incident.ts";

/** One thing that users were told. It stays as it was written. */
export interface PublicUpdate {
  readonly id: string;
  readonly at: Instant;
  readonly status: UpdateStatus;
  readonly text: string;
  readonly by: NamedPerson;
}

export interface PublicIncident {
  readonly id: string;
  readonly title: string;
  readonly components: readonly string[];
  /** The incident behind it; never shown to the public. */
  readonly incidentId: string | null;
  readonly startedAt: Instant;
  readonly resolvedAt: Instant | null;
  /** Newest first. */
  readonly updates: readonly PublicUpdate[];
}

interface IncidentRow {
  id: string;
  title: string;
  component_ids: string[];
  incident_id: string | null;
  started_at: Date;
  resolved_at: Date | null;
}

interface UpdateRow {
  id: string;
  public_incident_id: string;
  at: Date;
  status: UpdateStatus;
  body: string;
  by_id: string;
  by_name: string;
}

const MOST_INCIDENTS = 500;
const MOST_UPDATES = 5_000;

export async function insertPublicIncident(tx: Sql, incident: Omit<PublicIncident, "updates">): Promise<void> {
  const { id, title, components, incidentId, startedAt } = incident;
  await tx.execute(sql`
    insert into public_incidents (id, title, component_ids, incident_id, started_at)
    values (${id}, ${title}, ${JSON.stringify(components)}, ${incidentId}, ${formatInstant(startedAt)})`);
}

export async function insertPublicUpdate(tx: Sql, incidentId: string, update: PublicUpdate): Promise<void> {
  const { id, at, status, text, by } = update;
  await tx.execute(sql`
    insert into public_updates (id, public_incident_id, at, status, body, by_id, by_name)
    values (${id}, ${incidentId}, ${formatInstant(at)}, ${status}, ${text}, ${by.id}, ${by.name})`);
  const resolvedAt = status === "resolved" ? formatInstant(at) : null;
  await tx.execute(sql`update public_incidents set resolved_at = ${resolvedAt} where id = ${incidentId}`);
}

export async function lockPublicIncident(tx: Sql, id: string): Promise<PublicIncident | undefined> {
  return await one(tx, fragment`id = ${id} for update`);
}

export async function findPublicIncident(database: Sql, id: string): Promise<PublicIncident | undefined> {
  return await one(database, fragment`id = ${id}`);
}

/** The newest one of an internal incident. */
export async function publicIncidentOf(database: Sql, incidentId: string): Promise<PublicIncident | undefined> {
  return await one(database, fragment`incident_id = ${incidentId} order by started_at desc, id desc limit 1`);
}

/** Unresolved ones and those that ended at or after `from`, newest first. */
export async function publicIncidentsSince(database: Sql, from: Instant): Promise<PublicIncident[]> {
  return await many(
    database,
    fragment`resolved_at is null or resolved_at >= ${formatInstant(from)} order by started_at desc, id desc limit ${MOST_INCIDENTS}`,
  );
}

export interface FoundUpdate {
  readonly incident: PublicIncident;
  readonly update: PublicUpdate;
}

export async function findPublicUpdate(database: Sql, updateId: string): Promise<FoundUpdate | undefined> {
  const incident = await one(
    database,
    fragment`id = (select public_incident_id from public_updates where id = ${updateId})`,
  );
  const update = incident?.updates.find(({ id }) => id === updateId);
  return incident === undefined || update === undefined ? undefined : { incident, update };
}

async function one(database: Sql, condition: ReturnType<typeof fragment>): Promise<PublicIncident | undefined> {
  return (await many(database, condition))[0];
}

async function many(database: Sql, condition: ReturnType<typeof fragment>): Promise<PublicIncident[]> {
  const rows = await database.query<IncidentRow>(sql`select * from public_incidents where ${condition}`);
  const updates = await database.query<UpdateRow>(sql`
    select * from public_updates where public_incident_id = any(${rows.map(({ id }) => id)})
    order by at desc, id desc limit ${MOST_UPDATES}`);
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    components: row.component_ids,
    incidentId: row.incident_id,
    startedAt: toInstant(row.started_at.getTime()),
    resolvedAt: row.resolved_at === null ? null : toInstant(row.resolved_at.getTime()),
    updates: updates.filter((update) => update.public_incident_id === row.id).map(toUpdate),
  }));
}

function toUpdate({ id, at, status, body, by_id, by_name }: UpdateRow): PublicUpdate {
  return { id, at: toInstant(at.getTime()), status, text: body, by: { id: by_id, name: by_name } };
}
