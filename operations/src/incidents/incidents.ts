import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { IncidentState } from "../api/schema/incidents.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor, AuditEntry } from "../audit/audit-entry.ts";
import type { EventPublisher } from "../events/events.ts";
import type { Severity } from "../thresholds/threshold.ts";
import {
  canMove,
  INCIDENT_SEVERITIES,
  type Incident,
  isWorse,
  PLANE_ACTOR,
  type RecordedTimelineEntry,
  type TimelineEntry,
} from "./incident.ts";
import type { IncidentCalls } from "./incident-calls.ts";
import {
  findIncident,
  hasFiringAlert,
  type IncidentPage,
  insertEntry,
  insertIncident,
  listEntries,
  listIncidents,
  lockCurrentIncident,
  lockStandingIncident,
  updateIncident,
} from "./incident-store.ts";
import { lacksPostMortem } from "./post-mortem-store.ts";

export interface IncidentsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  /** Who calls people for what a person declares; asked when it is needed, since it is made later. */
  readonly calls?: () => IncidentCalls;
}

/** What another module adds to: an entry in a transaction of its own. */
export interface IncidentTimeline {
  /** Refuses `INCIDENT_NOT_FOUND`. @throws Failure when it could not be written, with its audit entry. */
  append(
    incidentId: string,
    entry: TimelineEntry,
  ): Promise<Result<RecordedTimelineEntry, { code: "INCIDENT_NOT_FOUND" }>>;
}

export interface Move {
  readonly to: Exclude<IncidentState, "open">;
  readonly actor: AuditActor;
  readonly note: string;
}

export type MoveRefusal = { readonly code: "INCIDENT_NOT_FOUND" | "INCIDENT_STATE" | "POST_MORTEM_REQUIRED" };

/** The alert that opens an incident or joins one. */
export interface IncidentAlert {
  readonly id: string;
  readonly system: string;
  readonly severity: Severity;
  readonly title: string;
  readonly dedupKey: string;
}

/** Writes of a transaction whose audit entries are appended at its end, when the log is locked for the shortest time. */
export interface Recorded {
  readonly incidentId: string;
  readonly audit: readonly AuditEntry[];
}

/** Troubles and their stories. Methods that take a transaction leave auditing and announcing to the caller. */
export class Incidents implements IncidentTimeline {
  readonly #options: IncidentsOptions;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  /**
   * Opens an incident for the alert, or joins the current one with its key: severity rises, never falls, and what was
   * mitigated is open again.
   */
  async openOrJoin(tx: Sql, alert: IncidentAlert): Promise<Recorded> {
    const now = this.#options.clock.now();
    const current = await lockCurrentIncident(tx, alert.dedupKey);
    const severity = INCIDENT_SEVERITIES[alert.severity];
    const incident = current ?? { ...this.#new(alert, now), severity };
    if (current === undefined) await insertIncident(tx, incident);
    else {
      const reopened =
        current.state === "mitigated" ? { state: "open" as const, mitigatedAt: null, acknowledgedAt: null } : {};
      const raised = isWorse(severity, current.severity) ? { severity } : {};
      await updateIncident(tx, { ...current, ...reopened, ...raised });
    }
    const verb =
      current === undefined ? "Opened" : isWorse(severity, current.severity) ? `Raised to ${severity}` : "Joined";
    return await this.record(tx, incident.id, {
      kind: "state",
      actor: PLANE_ACTOR,
      summary: `${verb} by ${alert.title}`,
      details: { alert: alert.id, severity },
    });
  }

  /** Appends to the timeline in `tx`; the incident must exist. What belongs to a merged one goes where it goes on. */
  async record(tx: Sql, incidentId: string, entry: TimelineEntry): Promise<Recorded> {
    const { id } = (await lockStandingIncident(tx, incidentId)) ?? { id: incidentId };
    const recorded = await insertEntry(tx, id, { at: this.#options.clock.now(), entry });
    return { incidentId: id, audit: [auditOf(id, recorded)] };
  }

  /** Moves the incident on in `tx`, when its state allows. */
  async move(tx: Sql, incidentId: string, move: Move): Promise<Result<Recorded, MoveRefusal>> {
    const incident = await lockStandingIncident(tx, incidentId);
    if (incident === undefined) return refuse({ code: "INCIDENT_NOT_FOUND" });
    if (!canMove(incident.state, move.to)) return refuse({ code: "INCIDENT_STATE" });
    const isHealing = move.actor === PLANE_ACTOR && move.to === "mitigated";
    if (isHealing && (await hasFiringAlert(tx, incident.id))) return refuse({ code: "INCIDENT_STATE" });
    if (move.to === "closed" && (await lacksPostMortem(tx, incident))) return refuse({ code: "POST_MORTEM_REQUIRED" });
    const now = this.#options.clock.now();
    const isAnswer = move.actor.kind === "person" && incident.respondedAt === null;
    const answered = isAnswer ? { respondedAt: now } : {};
    await updateIncident(tx, { ...incident, ...answered, state: move.to, [`${move.to}At`]: now });
    await this.#call(tx, incident, move);
    const recorded = await this.record(tx, incident.id, {
      kind: "state",
      actor: move.actor,
      summary: `${move.actor.name} set the incident to ${move.to}${move.note === "" ? "" : `: ${move.note}`}`,
      details: { from: incident.state, to: move.to, note: move.note },
    });
    return accept(recorded);
  }

  /** Who answers again, before the answer before expires, is still on it. */
  async #moveOrRenew(tx: Sql, incidentId: string, move: Move): Promise<Result<Recorded, MoveRefusal>> {
    const incident = await lockStandingIncident(tx, incidentId);
    if (incident?.state !== "acknowledged" || move.to !== "acknowledged") return await this.move(tx, incidentId, move);
    const { actor, note } = move;
    await this.#call(tx, incident, move);
    const summary = `${actor.name} is still on it${note === "" ? "" : `: ${note}`}`;
    return accept(await this.record(tx, incident.id, { kind: "acknowledgement", actor, summary, details: { note } }));
  }

  async #call(tx: Sql, incident: Incident, { to, actor }: Move): Promise<void> {
    const calls = this.#options.calls?.();
    if (to === "acknowledged") await calls?.acknowledge(tx, incident, actor);
    else await calls?.end(tx, incident, to);
  }

  /** As {@link move}, in a transaction of its own, audited and announced. */
  async moveNow(incidentId: string, move: Move): Promise<Result<void, MoveRefusal>> {
    const { database, audit, events } = this.#options;
    const moved = await database.transaction(async (tx) => {
      const outcome = await this.#moveOrRenew(tx, incidentId, move);
      if (outcome.ok) for (const entry of outcome.value.audit) await audit.append(tx, entry);
      return outcome;
    });
    if (!moved.ok) return moved;
    events.publish({ topic: "incidents", id: incidentId });
    return accept(undefined);
  }

  async append(
    incidentId: string,
    entry: TimelineEntry,
  ): Promise<Result<RecordedTimelineEntry, { code: "INCIDENT_NOT_FOUND" }>> {
    const { database, clock, audit, events } = this.#options;
    const recorded = await database.transaction(async (tx) => {
      const standing = await lockStandingIncident(tx, incidentId);
      if (standing === undefined) return undefined;
      const inserted = await insertEntry(tx, standing.id, { at: clock.now(), entry });
      await audit.append(tx, auditOf(standing.id, inserted));
      return inserted;
    });
    if (recorded === undefined) return refuse({ code: "INCIDENT_NOT_FOUND" });
    events.publish({ topic: "incidents", id: incidentId });
    return accept(recorded);
  }

  list(page: IncidentPage): Promise<Incident[]> {
    return listIncidents(this.#options.database, page);
  }

  find(id: string): Promise<Incident | undefined> {
    return findIncident(this.#options.database, id);
  }

  timeline(id: string): Promise<RecordedTimelineEntry[]> {
    return listEntries(this.#options.database, id);
  }

  #new({ title, system, dedupKey }: IncidentAlert, now: Instant): Omit<Incident, "severity"> {
    return { id: newId("inc", now, this.#options.random), title, system, dedupKey, ...newIncidentAt(now) };
  }
}

/** What every incident is at its opening. */
export function newIncidentAt(now: Instant) {
  return {
    state: "open" as const,
    openedAt: now,
    acknowledgedAt: null,
    mitigatedAt: null,
    resolvedAt: null,
    closedAt: null,
    respondedAt: null,
    mergedInto: null,
    waiver: null,
  };
}

/** What the audit log holds of an entry of a timeline. */
export function auditOf(
  incidentId: string,
  { kind, actor, sequence, at, digest, summary }: RecordedTimelineEntry,
): AuditEntry {
  return {
    actor,
    action: `incident.${kind}.recorded`,
    target: incidentId,
    details: { sequence, at: formatInstant(at), digest, summary: summary.slice(0, 500) },
    incidentId,
  };
}
