import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { IncidentSeverity, IncidentState, TimelineKind } from "../api/schema/incidents.ts";
import { SEVERITIES } from "../api/schema/severity.ts";
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
  /** The first time that somebody answered; reopening does not take it back. */
  readonly respondedAt: Instant | null;
  /** The incident that goes on instead of this one. */
  readonly mergedInto: string | null;
  /** Why no post-mortem is written. */
  readonly waiver: Waiver | null;
}

export interface Waiver {
  readonly by: NamedPerson;
  readonly at: Instant;
  readonly reason: string;
}

export interface NamedPerson {
  readonly id: string;
  readonly name: string;
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

/** A resolved incident is opened again within this time; later it is a new one. */
export const REOPEN_WITHIN_MS = DAY_MS;

/** By when somebody should respond. */
export function respondBy({ openedAt, severity }: Pick<Incident, "openedAt" | "severity">): Instant {
  return addMs(openedAt, SEVERITIES[severity].respondWithinMs);
}

/** From these it must be learned before they are closed. */
export function needsPostMortem({ severity, mergedInto }: Pick<Incident, "severity" | "mergedInto">): boolean {
  return mergedInto === null && (severity === "P0" || severity === "P1");
}

const ORDER: readonly IncidentState[] = ["open", "acknowledged", "mitigated", "resolved", "closed"];

/** Incidents move forward; steps may be skipped except that only a resolved one is closed. */
export function canMove(from: IncidentState, to: IncidentState): boolean {
  if (to === "closed") return from === "resolved";
  return ORDER.indexOf(to) > ORDER.indexOf(from);
}

export function isWorse(left: IncidentSeverity, right: IncidentSeverity): boolean {
  return left < right; // P0 before P3
}

export function isOver({ state }: Pick<Incident, "state">): boolean {
  return state === "resolved" || state === "closed";
}

export function personActor({ id, name }: NamedPerson): AuditActor {
  return { kind: "person", id, name };
}
