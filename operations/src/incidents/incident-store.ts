import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { IncidentSeverity, IncidentState } from "../api/schema/incidents.ts";
import type { Incident, RecordedTimelineEntry, TimelineEntry } from "./incident.ts";

interface IncidentRow {
  id: string;
  title: string;
  severity: IncidentSeverity;
  state: IncidentState;
  system: string;
  dedup_key: string;
  opened_at: Date;
  acknowledged_at: Date | null;
  mitigated_at: Date | null;
  resolved_at: Date | null;
  closed_at: Date | null;
  responded_at: Date | null;
  merged_into: string | null;
  waiver: { by: { id: string; name: string }; at: string; reason: string } | null;
}

const COLUMNS = fragment`id, title, severity, state, system, dedup_key,
  opened_at, acknowledged_at, mitigated_at, resolved_at, closed_at, responded_at, merged_into, waiver`;

export async function insertIncident(tx: Sql, incident: Incident): Promise<void> {
  await tx.execute(sql`
    insert into incidents (id, title, severity, state, system, dedup_key, opened_at)
    values (${incident.id}, ${incident.title}, ${incident.severity}, ${incident.state}, ${incident.system},
      ${incident.dedupKey}, ${formatInstant(incident.openedAt)})`);
}

/** The incident that new alerts with the key join, locked until the transaction ends; also where it was merged into. */
export async function lockCurrentIncident(tx: Sql, dedupKey: string): Promise<Incident | undefined> {
  // Serialises two alerts that open the same incident at once: a row that is not there yet cannot be locked.
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`incident:${dedupKey}`}, 0))`);
  const own = await one(
    tx,
    fragment`dedup_key = ${dedupKey} and state in ('open', 'acknowledged', 'mitigated') for update`,
  );
  if (own !== undefined) return own;
  return await one(
    tx,
    fragment`state in ('open', 'acknowledged', 'mitigated') and id =
      (select merged_into from incidents where dedup_key = ${dedupKey} order by id desc limit 1) for update`,
  );
}

const MOST_HOPS = 5;

/** Follows merges to the incident that goes on, locked until the transaction ends. */
export async function lockStandingIncident(tx: Sql, id: string): Promise<Incident | undefined> {
  let at = id;
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    // Only the one that goes on is locked: a merge locks both, and would wait for whoever holds the one that ended.
    const seen = await findIncident(tx, at);
    const locked = seen?.mergedInto === null ? await lockIncident(tx, at) : undefined;
    const next = (locked ?? seen)?.mergedInto ?? null;
    if (next === null) return locked;
    at = next;
  }
  return undefined;
}

/** Whether an alert fires that belongs to the incident or to one that was merged into it. */
export async function hasFiringAlert(tx: Sql, id: string): Promise<boolean> {
  const rows = await tx.query(sql`
    select 1 from alerts where state = 'firing'
      and (incident_id = ${id} or incident_id in (select id from incidents where merged_into = ${id})) limit 1`);
  return rows.length > 0;
}

/** Those that were merged into the incident, oldest first. */
export async function mergedIncidents(database: Sql, id: string): Promise<{ id: string; title: string }[]> {
  return await database.query(sql`select id, title from incidents where merged_into = ${id} order by id limit 100`);
}

/** Incidents opened at or after `from`, for figures. */
export async function incidentsSince(database: Sql, from: Instant): Promise<Incident[]> {
  const rows = await database.query<IncidentRow>(sql`
    select ${COLUMNS} from incidents where opened_at >= ${formatInstant(from)} order by opened_at desc limit 5000`);
  return rows.map(toIncident);
}

export async function lockIncident(tx: Sql, id: string): Promise<Incident | undefined> {
  return await one(tx, fragment`id = ${id} for update`);
}

export async function findIncident(database: Sql, id: string): Promise<Incident | undefined> {
  return await one(database, fragment`id = ${id}`);
}

export interface IncidentPage {
  readonly currentOnly: boolean;
  /** Only resolved and closed ones. */
  readonly overOnly?: boolean;
  readonly severity?: IncidentSeverity | undefined;
  readonly system?: string | undefined;
  readonly limit: number;
  /** Id of the last incident of the page before. */
  readonly after?: string | undefined;
}

/** Newest first: ids carry their time. Merged ones are told by the incident that goes on. */
export async function listIncidents(database: Sql, page: IncidentPage): Promise<Incident[]> {
  const { limit, after = null, severity = null, system = null } = page;
  const current = ["open", "acknowledged", "mitigated"];
  const states = page.currentOnly ? current : page.overOnly === true ? ["resolved", "closed"] : null;
  const rows = await database.query<IncidentRow>(sql`
    select ${COLUMNS} from incidents
    where (${states}::text[] is null or state = any(${states})) and (${after}::text is null or id < ${after})
      and (${severity}::text is null or severity = ${severity}) and (${system}::text is null or system = ${system})
    order by id desc limit ${limit}`);
  return rows.map(toIncident);
}

/** Writes state, severity and the times of reaching each state. */
export async function updateIncident(tx: Sql, incident: Incident): Promise<void> {
  await tx.execute(sql`
    update incidents set state = ${incident.state}, severity = ${incident.severity},
      acknowledged_at = ${time(incident.acknowledgedAt)}, mitigated_at = ${time(incident.mitigatedAt)},
      resolved_at = ${time(incident.resolvedAt)}, closed_at = ${time(incident.closedAt)},
      responded_at = ${time(incident.respondedAt)}, merged_into = ${incident.mergedInto},
      waiver = ${incident.waiver === null ? null : JSON.stringify({ ...incident.waiver, at: formatInstant(incident.waiver.at) })}
    where id = ${incident.id}`);
}

/** Appends to the timeline; the caller holds the incident's lock. */
export async function insertEntry(
  tx: Sql,
  incidentId: string,
  { at, entry }: { readonly at: Instant; readonly entry: TimelineEntry },
): Promise<RecordedTimelineEntry> {
  const [last] = await tx.query<{ next: number }>(
    sql`select coalesce(max(sequence) + 1, 0) as next from incident_entries where incident_id = ${incidentId}`,
  );
  const recorded = { ...entry, sequence: last!.next, at };
  const digest = entryDigest(incidentId, recorded);
  await tx.execute(sql`
    insert into incident_entries (incident_id, sequence, at, kind, actor, summary, details, digest)
    values (${incidentId}, ${recorded.sequence}, ${formatInstant(at)}, ${entry.kind}, ${JSON.stringify(entry.actor)},
      ${entry.summary}, ${JSON.stringify(entry.details)}, ${digest})`);
  return { ...recorded, digest };
}

/** SHA-256 of the canonical JSON of everything the entry says, its incident and place included. */
export function entryDigest(incidentId: string, entry: Omit<RecordedTimelineEntry, "digest">): string {
  const { sequence, at, kind, actor, summary, details } = entry;
  const { id, name } = actor;
  return sha256Hex(
    canonicalJson({
      actor: { id, kind: actor.kind, name },
      at: formatInstant(at),
      details,
      incidentId,
      kind,
      sequence,
      summary,
    }),
  );
}

/** What was merged into `from` goes on in `to`. */
export async function redirectMerged(
  tx: Sql,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await tx.execute(sql`update incidents set merged_into = ${to} where merged_into = ${from}`);
}

export async function findEntry(
  tx: Sql,
  incidentId: string,
  sequence: number,
): Promise<Pick<TimelineEntry, "kind"> | undefined> {
  const [row] = await tx.query<Pick<TimelineEntry, "kind">>(
    sql`select kind from incident_entries where incident_id = ${incidentId} and sequence = ${sequence}`,
  );
  return row;
}

const MOST_ENTRIES = 5_000;

export async function listEntries(database: Sql, incidentId: string): Promise<RecordedTimelineEntry[]> {
  const rows = await database.query<Omit<RecordedTimelineEntry, "at"> & { at: Date }>(sql`
    select sequence, at, kind, actor, summary, details, digest from incident_entries
    where incident_id = ${incidentId} order by sequence limit ${MOST_ENTRIES}`);
  return rows.map((row) => ({ ...row, at: toInstant(row.at.getTime()) }));
}

async function one(database: Sql, condition: ReturnType<typeof fragment>): Promise<Incident | undefined> {
  const [row] = await database.query<IncidentRow>(sql`select ${COLUMNS} from incidents where ${condition}`);
  return row && toIncident(row);
}

function toIncident(row: IncidentRow): Incident {
  const at = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  return {
    id: row.id,
    title: row.title,
    severity: row.severity,
    state: row.state,
    system: row.system,
    dedupKey: row.dedup_key,
    openedAt: toInstant(row.opened_at.getTime()),
    acknowledgedAt: at(row.acknowledged_at),
    mitigatedAt: at(row.mitigated_at),
    resolvedAt: at(row.resolved_at),
    closedAt: at(row.closed_at),
    respondedAt: at(row.responded_at),
    mergedInto: row.merged_into,
    waiver: row.waiver === null ? null : { ...row.waiver, at: toInstant(Date.parse(row.waiver.at)) },
  };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
