import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { Failure } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { addMs, formatInstant, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor, AuditEntry } from "../audit/audit-entry.ts";
import type { EventPublisher } from "../events/events.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { AlertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { type Alert, alertKey } from "./alert.ts";
import { type AlertEffectsOptions, type Applied, applyChange } from "./alert-effects.ts";
import { type AlertChange, alertRound } from "./alert-round.ts";
import { type AlertPage, alertsOfIncident, currentAlerts, findAlert, listAlerts, upsertAlert } from "./alert-store.ts";

export interface AlertsOptions extends AlertEffectsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  /** How long an acknowledgement quietens; default 30 min. */
  readonly acknowledgementMs?: number;
}

/** The rules of a system and what their thresholds read now. */
export interface EvaluatedSystem {
  readonly system: string;
  readonly rules: readonly AlertRule[];
  readonly thresholds: readonly Threshold[];
  readonly readings: ReadonlyMap<string, Reading>;
}

type ThresholdsById = ReadonlyMap<string, Threshold>;

export type AcknowledgeRefusal = { readonly code: "ALERT_NOT_FOUND" | "ALERT_RESOLVED" };

/** Alerts from their first pending moment to their end: in PostgreSQL, so that they survive a restart. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #current = new Map<string, Alert>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: AlertsOptions) {
    this.#options = options;
  }

  static async open(options: AlertsOptions): Promise<Alerts> {
    const alerts = new Alerts(options);
    for (const alert of await currentAlerts(options.database))
      alerts.#current.set(alertKey(alert.system, alert.name), alert);
    return alerts;
  }

  /** Runs one round for a system. @throws Failure when it could not be written; the next round starts from the same state. */
  evaluate(evaluated: EvaluatedSystem): Promise<void> {
    return this.#exclusive(async () => {
      const now = this.#options.clock.now();
      const current = new Map(
        [...this.#current.values()].filter(({ system }) => system === evaluated.system).map((one) => [one.name, one]),
      );
      const thresholds = new Map(evaluated.thresholds.map((threshold) => [threshold.id, threshold] as const));
      const changes = alertRound({
        ...evaluated,
        thresholds,
        current,
        now,
        newId: () => newId("alr", now, this.#options.random),
      });
      if (changes.length > 0) this.#adopt(changes, await this.#write(changes, thresholds, now));
    });
  }

  /** Somebody looks after the alert: it does not call again until the acknowledgement expires. */
  acknowledge(
    id: string,
    { person, note }: { readonly person: { readonly id: string; readonly name: string }; readonly note: string },
  ): Promise<Result<Alert, AcknowledgeRefusal>> {
    return this.#exclusive(async () => {
      const { database, clock, audit, events, incidents, acknowledgementMs = 30 * MINUTE_MS } = this.#options;
      const known = await findAlert(database, id);
      if (known === undefined) return refuse({ code: "ALERT_NOT_FOUND" });
      if (known.state === "resolved") return refuse({ code: "ALERT_RESOLVED" });
      const now = clock.now();
      const by = { id: person.id, name: person.name };
      const acknowledged: Alert = {
        ...known,
        acknowledgement: { by, at: now, note, expiresAt: addMs(now, acknowledgementMs) },
      };
      const actor: AuditActor = { kind: "person", ...by };
      await database.transaction(async (tx) => {
        await upsertAlert(tx, acknowledged);
        const entries: AuditEntry[] = [];
        if (known.incidentId !== null) {
          const said = note === "" ? "" : `: ${note}`;
          const recorded = await incidents.record(tx, known.incidentId, {
            kind: "acknowledgement",
            actor,
            summary: `${person.name} acknowledged ${alertKey(known.system, known.name)}${said}`,
            details: { alert: id, note, expiresAt: formatInstant(addMs(now, acknowledgementMs)) },
          });
          const moved = await incidents.move(tx, known.incidentId, { to: "acknowledged", actor, note: "" });
          entries.push(...recorded.audit, ...(moved.ok ? moved.value.audit : []));
        }
        entries.push({ actor, action: "alert.acknowledged", target: id, details: { note, name: known.name } });
        for (const entry of entries) await audit.append(tx, entry);
      });
      this.#current.set(alertKey(known.system, known.name), acknowledged);
      events.publish({ topic: "alerts", id });
      if (known.incidentId !== null) events.publish({ topic: "incidents", id: known.incidentId });
      return accept(acknowledged);
    });
  }

  /** Pending and firing alerts, from memory. */
  current(): readonly Alert[] {
    return [...this.#current.values()];
  }

  list(page: AlertPage): Promise<Alert[]> {
    return listAlerts(this.#options.database, page);
  }

  find(id: string): Promise<Alert | undefined> {
    return findAlert(this.#options.database, id);
  }

  ofIncident(incidentId: string): Promise<Alert[]> {
    return alertsOfIncident(this.#options.database, incidentId);
  }

  async #write(changes: readonly AlertChange[], thresholds: ThresholdsById, now: Instant): Promise<Applied[]> {
    try {
      return await this.#writeOnce(changes, { thresholds, now, audited: true });
    } catch (error) {
      if (error instanceof Failure && error.code !== "AUDIT_UNAVAILABLE") throw error;
      // People must be woken even when the audit log is the thing that is broken.
      this.#options.logger.error({ error }, "Alerts are written without their audit entries");
      return await this.#writeOnce(changes, { thresholds, now, audited: false });
    }
  }

  #writeOnce(
    changes: readonly AlertChange[],
    context: { readonly thresholds: ThresholdsById; readonly now: Instant; readonly audited: boolean },
  ): Promise<Applied[]> {
    const { database, audit, incidents } = this.#options;
    return database.transaction(async (tx) => {
      const applied: Applied[] = [];
      for (const change of changes) {
        const threshold = change.after && context.thresholds.get(change.after.threshold);
        applied.push(await applyChange(tx, change, { ...this.#options, threshold, now: context.now }));
      }
      const entries = applied.flatMap((one) => one.audit);
      for (const incidentId of healedIncidents(applied, this.current())) {
        const moved = await incidents.move(tx, incidentId, {
          to: "mitigated",
          actor: PLANE_ACTOR,
          note: "all its alerts are resolved",
        });
        if (moved.ok) entries.push(...moved.value.audit);
      }
      if (context.audited) for (const entry of entries) await audit.append(tx, entry);
      return applied;
    });
  }

  #adopt(changes: readonly AlertChange[], applied: readonly Applied[]): void {
    const { events, logger } = this.#options;
    for (const [index, { alert }] of applied.entries()) {
      const { before, telling } = changes[index]!;
      const known = alert ?? before!;
      const key = alertKey(known.system, known.name);
      if (alert === undefined || alert.state === "resolved") this.#current.delete(key);
      else this.#current.set(key, alert);
      if (telling !== undefined) logger.info({ alert: key, severity: known.severity, telling }, "Alert");
      events.publish({ topic: "alerts", id: known.id });
      if (alert?.incidentId != null) events.publish({ topic: "incidents", id: alert.incidentId });
    }
  }

  /** One at a time: an acknowledgement must not be lost under a round that began before it. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Incidents whose last alert resolves with these changes. */
function healedIncidents(applied: readonly Applied[], current: readonly Alert[]): Set<string> {
  const changed = new Map(applied.flatMap(({ alert }) => (alert === undefined ? [] : [[alert.id, alert]])));
  const ill = new Set(
    [...current.filter(({ id }) => !changed.has(id)), ...changed.values()]
      .filter(({ state }) => state === "firing")
      .map(({ incidentId }) => incidentId),
  );
  const resolved = [...changed.values()].filter(({ state }) => state === "resolved");
  return new Set(
    resolved.flatMap(({ incidentId }) => (incidentId === null || ill.has(incidentId) ? [] : [incidentId])),
  );
}
