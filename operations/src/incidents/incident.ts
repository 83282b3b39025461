import { HOUR_MS, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { IncidentSeverity, IncidentState, TimelineKind } from "../api/schema/incidents.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { Severity } from "../thresholds/threshold.ts";

export interface Incident {
  readonly id: string;
  readonly title: string;
  readonly severity: IncidentSeverity;
  readonly state: IncidentState;
  readonly system: string;
  readonly dedupKey: string;
  readonly openedAt: Instant;
  readonly acknowledgedAt: Instant | null;
  readonly mitigatedAt: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly closedAt: Instant | null;
}

/** Something that belongs to an incident's story; `details` is the evidence. */
export interface TimelineEntry {
  readonly kind: TimelineKind;
  readonly actor: AuditActor;
  readonly summary: string;
  readonly details: JsonObject;
}

export interface RecordedTimelineEntry extends TimelineEntry {
  readonly sequence: number;
  readonly at: Instant;
  readonly digest: string;
}

/** The plane itself, as an actor. */
export const PLANE_ACTOR: AuditActor = { kind: "system", id: "operations", name: "operations" };

/** The one mapping of severities (operations.md §1). */
export const INCIDENT_SEVERITIES: Readonly<Record<Severity, IncidentSeverity>> = {
  critical: "P0",
  high: "P1",
  warning: "P2",
  info: "P3",
};

/** How soon somebody must respond. */
export const RESPOND_WITHIN_MS: Readonly<Record<IncidentSeverity, number>> = {
  P0: 15 * MINUTE_MS,
  P1: HOUR_MS,
  P2: 4 * HOUR_MS,
  P3: 24 * HOUR_MS,
};

const ORDER: readonly IncidentState[] = ["open", "acknowledged", "mitigated", "resolved", "closed"];

/** Incidents move forward; steps may be skipped except that only a resolved one is closed. */
export function canMove(from: IncidentState, to: IncidentState): boolean {
  if (to === "closed") return from === "resolved";
  return ORDER.indexOf(to) > ORDER.indexOf(from);
}

export function isWorse(left: IncidentSeverity, right: IncidentSeverity): boolean {
  return left < right; // P0 before P3
}
