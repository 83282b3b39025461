import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Severity } from "../thresholds/threshold.ts";
import type { Acknowledgement, Alert } from "./alert.ts";
import type { Condition } from "./alert-state.ts";

interface AlertRow {
  id: string;
  system: string;
  name: string;
  state: Alert["state"];
  severity: Severity;
  summary: string;
  runbook: string;
  threshold: string;
  value: number | null;
  conditions: readonly Condition[];
  unknown: boolean;
  started_at: Date;
  fired_at: Date | null;
  resolved_at: Date | null;
  acknowledgement: Acknowledgement | null;
  inhibited_by: string | null;
  told_severity: Severity | null;
  incident_id: string | null;
}

const COLUMNS = fragment`id, system, name, state, severity, summary, runbook, threshold, value, conditions, unknown,
  started_at, fired_at, resolved_at, acknowledgement, inhibited_by, told_severity, incident_id`;

export async function upsertAlert(tx: Sql, alert: Alert): Promise<void> {
  await tx.execute(sql`
    insert into alerts (${COLUMNS}, acknowledgement_expires_at) values (
      ${alert.id}, ${alert.system}, ${alert.name}, ${alert.state}, ${alert.severity}, ${alert.summary}, ${alert.runbook},
      ${alert.threshold}, ${alert.value}, ${JSON.stringify(alert.conditions)}, ${alert.unknown},
      ${formatInstant(alert.startedAt)}, ${time(alert.firedAt)}, ${time(alert.resolvedAt)},
      ${alert.acknowledgement === null ? null : JSON.stringify(alert.acknowledgement)}, ${alert.inhibitedBy},
      ${alert.toldSeverity}, ${alert.incidentId}, ${time(alert.acknowledgement?.expiresAt ?? null)})
    on conflict (id) do update set state = excluded.state, severity = excluded.severity, summary = excluded.summary,
      runbook = excluded.runbook, threshold = excluded.threshold, value = excluded.value,
      conditions = excluded.conditions, unknown = excluded.unknown, fired_at = excluded.fired_at,
      resolved_at = excluded.resolved_at, acknowledgement = excluded.acknowledgement,
      acknowledgement_expires_at = excluded.acknowledgement_expires_at, inhibited_by = excluded.inhibited_by,
      told_severity = excluded.told_severity, incident_id = excluded.incident_id`);
}

/** A pending alert that never fired leaves nothing behind. */
export async function deleteAlert(tx: Sql, id: string): Promise<void> {
  await tx.execute(sql`delete from alerts where id = ${id} and state = 'pending'`);
}

export async function currentAlerts(database: Sql): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(sql`select ${COLUMNS} from alerts where state <> 'resolved'`);
  return rows.map(toAlert);
}

export interface AlertPage {
  readonly states: readonly Alert["state"][];
  readonly system?: string | undefined;
  readonly limit: number;
  /** Id of the last alert of the page before. */
  readonly after?: string | undefined;
}

/** Newest first: ids carry their time. */
export async function listAlerts(database: Sql, { states, system, limit, after }: AlertPage): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(sql`
    select ${COLUMNS} from alerts
    where state = any(${states}) and (${system ?? null}::text is null or system = ${system ?? null})
      and (${after ?? null}::text is null or id < ${after ?? null})
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
    system: row.system,
    name: row.name,
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
    toldSeverity: row.told_severity,
    incidentId: row.incident_id,
  };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
