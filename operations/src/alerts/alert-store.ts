import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Severity } from "../thresholds/threshold.ts";
import type { Acknowledgement, Alert, AlertSource, CoolDown } from "./alert.ts";
import type { Condition } from "./alert-state.ts";

interface AlertRow {
  id: string;
  source: AlertSource;
  system: string;
  name: string;
  key: string;
  labels: Readonly<Record<string, string>>;
  state: Alert["state"];
  severity: Severity;
  summary: string;
  runbook: string | null;
  threshold: string | null;
  value: number | null;
  conditions: readonly Condition[];
  unknown: boolean;
  started_at: Date;
  fired_at: Date | null;
  resolved_at: Date | null;
  acknowledgement: Acknowledgement | null;
  inhibited_by: string | null;
  silenced_by: string | null;
  maintenance: string | null;
  told_severity: Severity | null;
  incident_id: string | null;
  group_key: string;
  lead: string | null;
  told_at: Date | null;
  reminder: Alert["reminder"];
  cool_down: CoolDown | null;
  resolution_told: boolean;
}

const COLUMNS = fragment`id, source, system, name, key, labels, state, severity, summary, runbook, threshold, value,
  conditions, unknown, started_at, fired_at, resolved_at, acknowledgement, inhibited_by, silenced_by, maintenance,
  told_severity, incident_id, group_key, lead, told_at, reminder, cool_down, resolution_told`;

export async function upsertAlert(tx: Sql, alert: Alert): Promise<void> {
  await tx.execute(sql`
    insert into alerts (${COLUMNS}, acknowledgement_expires_at) values (
      ${alert.id}, ${alert.source}, ${alert.system}, ${alert.name}, ${alert.key}, ${JSON.stringify(alert.labels)},
      ${alert.state}, ${alert.severity}, ${alert.summary}, ${alert.runbook}, ${alert.threshold}, ${alert.value},
      ${JSON.stringify(alert.conditions)}, ${alert.unknown}, ${formatInstant(alert.startedAt)}, ${time(alert.firedAt)},
      ${time(alert.resolvedAt)}, ${json(alert.acknowledgement)}, ${alert.inhibitedBy}, ${alert.silencedBy},
      ${alert.maintenance}, ${alert.toldSeverity}, ${alert.incidentId}, ${alert.group}, ${alert.lead},
      ${time(alert.toldAt)}, ${alert.reminder}, ${json(alert.coolDown)}, ${alert.resolutionTold},
      ${time(alert.acknowledgement?.expiresAt ?? null)})
    on conflict (id) do update set labels = excluded.labels, state = excluded.state, severity = excluded.severity,
      summary = excluded.summary, runbook = excluded.runbook, threshold = excluded.threshold, value = excluded.value,
      conditions = excluded.conditions, unknown = excluded.unknown, fired_at = excluded.fired_at,
      resolved_at = excluded.resolved_at, acknowledgement = excluded.acknowledgement,
      acknowledgement_expires_at = excluded.acknowledgement_expires_at, inhibited_by = excluded.inhibited_by,
      silenced_by = excluded.silenced_by, maintenance = excluded.maintenance, told_severity = excluded.told_severity,
      incident_id = excluded.incident_id, group_key = excluded.group_key, lead = excluded.lead,
      told_at = excluded.told_at, reminder = excluded.reminder, cool_down = excluded.cool_down,
      resolution_told = excluded.resolution_told`);
}

/** A pending alert that never fired leaves nothing behind. */
export async function deleteAlert(tx: Sql, id: string): Promise<void> {
  await tx.execute(sql`delete from alerts where id = ${id} and state = 'pending'`);
}

/** Those that are not over, and those whose end waits to be told. */
export async function currentAlerts(database: Sql): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(
    sql`select ${COLUMNS} from alerts where state <> 'resolved' or not resolution_told order by id`,
  );
  return rows.map(toAlert);
}

/** The end of each cool-down that may still be running: the last resolved alert of each identity. */
export async function coolingAlerts(database: Sql, since: Instant): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(sql`
    select distinct on (source, system, name, key) ${COLUMNS} from alerts
    where state = 'resolved' and cool_down is not null and resolved_at >= ${formatInstant(since)}
    order by source, system, name, key, id desc`);
  return rows.map(toAlert);
}

export interface AlertPage {
  readonly states: readonly Alert["state"][];
  readonly system?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly limit: number;
  /** Id of the last alert of the page before. */
  readonly after?: string | undefined;
}

/** Newest first: ids carry their time. */
export async function listAlerts(
  database: Sql,
  {
    states,
    system = null,
    severity = null,
    limit,
    after = null,
  }: { [Name in keyof AlertPage]: AlertPage[Name] | null },
): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(sql`
    select ${COLUMNS} from alerts
    where state = any(${states}) and (${system}::text is null or system = ${system})
      and (${severity}::text is null or severity = ${severity}) and (${after}::text is null or id < ${after})
    order by id desc limit ${limit}`);
  return rows.map(toAlert);
}

export async function findAlert(database: Sql, id: string): Promise<Alert | undefined> {
  const [row] = await database.query<AlertRow>(sql`select ${COLUMNS} from alerts where id = ${id}`);
  return row && toAlert(row);
}

export async function alertsOfIncident(database: Sql, incidentId: string): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(sql`
    select ${COLUMNS} from alerts where incident_id = ${incidentId} order by started_at, id limit 500`);
  return rows.map(toAlert);
}

function toAlert(row: AlertRow): Alert {
  const at = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  return {
    id: row.id,
    source: row.source,
    system: row.system,
    name: row.name,
    key: row.key,
    labels: row.labels,
    state: row.state,
    severity: row.severity,
    summary: row.summary,
    runbook: row.runbook,
    threshold: row.threshold,
    value: row.value,
    conditions: row.conditions,
    unknown: row.unknown,
    startedAt: toInstant(row.started_at.getTime()),
    firedAt: at(row.fired_at),
    resolvedAt: at(row.resolved_at),
    acknowledgement: row.acknowledgement,
    inhibitedBy: row.inhibited_by,
    silencedBy: row.silenced_by,
    maintenance: row.maintenance,
    toldSeverity: row.told_severity,
    incidentId: row.incident_id,
    group: row.group_key,
    lead: row.lead,
    toldAt: at(row.told_at),
    reminder: row.reminder,
    coolDown: row.cool_down,
    resolutionTold: row.resolution_told,
  };
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
