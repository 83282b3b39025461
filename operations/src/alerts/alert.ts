import type { Instant } from "@assay/primitives/instant";
import type { Severity } from "../thresholds/threshold.ts";
import { type AlertState, type Condition, INACTIVE } from "./alert-state.ts";

export interface Acknowledgement {
  readonly by: { readonly id: string; readonly name: string };
  readonly at: Instant;
  readonly note: string;
  readonly expiresAt: Instant;
}

/** Where an alert comes from: the thresholds, or whoever calls `Alerts.raise`. */
export type RaisedSource = "alertmanager" | "heartbeat" | "checklist" | "backup" | "break-glass";
export type AlertSource = "rules" | RaisedSource;

/** After an end that was told, its next beginning stays untold this long, unless it is worse. */
export interface CoolDown {
  readonly from: Instant;
  readonly until: Instant;
  /** What people had been told. */
  readonly severity: Severity;
}

/** One alert from the moment its condition first held. Its dedup key is its source, system, name and key. */
export interface Alert {
  readonly id: string;
  readonly source: AlertSource;
  readonly system: string;
  readonly name: string;
  /** Tells apart alerts of one source, system and name; empty for those of rules. */
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing" | "resolved";
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook: string | null;
  /** The threshold behind the severity; null for alerts that come from elsewhere. */
  readonly threshold: string | null;
  readonly value: number | null;
  readonly conditions: readonly Condition[];
  readonly unknown: boolean;
  readonly startedAt: Instant;
  readonly firedAt: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly acknowledgement: Acknowledgement | null;
  /** The alert that keeps this one quiet: a name of the same system, or `system.NAME`. */
  readonly inhibitedBy: string | null;
  /** Id of the silence that keeps it quiet. */
  readonly silencedBy: string | null;
  /** Id of the maintenance window that keeps it quiet. */
  readonly maintenance: string | null;
  /** The worst severity that people were told; null while nobody was. */
  readonly toldSeverity: Severity | null;
  readonly incidentId: string | null;
  /** Alerts of one group are told in one page. */
  readonly group: string;
  /** The alert whose id is the subject of the group's pages; null until the group was told. */
  readonly lead: string | null;
  /** When the group was told last. */
  readonly toldAt: Instant | null;
  /** Why people must hear of it again although nothing about it changed. */
  readonly reminder: "acknowledgement_expired" | "quiet_ended" | null;
  readonly coolDown: CoolDown | null;
  /** False while an end waits to be told. */
  readonly resolutionTold: boolean;
}

/** Who the alert is, from one beginning to the next. */
export type AlertIdentity = Pick<Alert, "source" | "system" | "name" | "key">;

/** As people write it. */
export function alertKey(system: string, name: string): string {
  return `${system}.${name}`;
}

export function identityOf({ source, system, name, key }: AlertIdentity): string {
  return JSON.stringify([source, system, name, key]);
}

/** What the group's pages are about. */
export function subjectOf(alert: Pick<Alert, "id" | "lead">): string {
  return `alert/${alert.lead ?? alert.id}`;
}

/** Whether something keeps a firing alert from being told. */
export function isQuiet(alert: Pick<Alert, "inhibitedBy" | "silencedBy" | "maintenance">): boolean {
  return alert.inhibitedBy !== null || alert.silencedBy !== null || alert.maintenance !== null;
}

/** The alert as the evaluator goes on from it; none is inactive. */
export function stateOf(alert: Alert | undefined): AlertState {
  if (alert === undefined || alert.state === "resolved") return INACTIVE;
  return { state: alert.state, severity: alert.severity, conditions: alert.conditions, unknown: alert.unknown };
}

/** An alert that begins now. */
export function newAlert(
  begun: AlertIdentity & Pick<Alert, "id" | "severity" | "summary" | "runbook" | "labels" | "group"> & { now: Instant },
): Alert {
  const { now, ...known } = begun;
  return {
    ...known,
    state: "pending",
    threshold: null,
    value: null,
    conditions: [],
    unknown: false,
    startedAt: now,
    firedAt: null,
    resolvedAt: null,
    acknowledgement: null,
    inhibitedBy: null,
    silencedBy: null,
    maintenance: null,
    toldSeverity: null,
    incidentId: null,
    lead: null,
    toldAt: null,
    reminder: null,
    coolDown: null,
    resolutionTold: true,
  };
}
