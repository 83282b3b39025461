import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { assert } from "@assay/primitives/assert";
import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import type { AlertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { type AcknowledgeOrder, acknowledged, recordAcknowledgement } from "./acknowledge.ts";
import { type Alert, identityOf } from "./alert.ts";
import type { AlertEffectsOptions, Applied } from "./alert-effects.ts";
import { AlertMemory } from "./alert-memory.ts";
import { type AlertStep, alertRound, endAlert } from "./alert-round.ts";
import {
  type AlertPage,
  alertsOfIncident,
  coolingAlerts,
  currentAlerts,
  findAlert,
  listAlerts,
} from "./alert-store.ts";
import { JumpWatch } from "./clock-jump.ts";
import { type ToldRound, tellGroups } from "./grouping.ts";
import { markQuiet, NO_QUIET, type QuietReader } from "./quieting.ts";
import { type RaisedAlert, raiseAlert, type SettledAlert } from "./raised-alert.ts";
import { type Also, writeRound } from "./write-round.ts";

export interface AlertsOptions extends AlertEffectsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  /** Silences and maintenance windows; default: none. */
  readonly quiet?: QuietReader;
}

/** The rules of a system and what their thresholds read now. */
export interface EvaluatedSystem {
  readonly system: string;
  readonly rules: readonly AlertRule[];
  readonly thresholds: readonly Threshold[];
  readonly readings: ReadonlyMap<string, Reading>;
}

/** What somebody else saw. */
export interface Followed {
  readonly raised: readonly RaisedAlert[];
  readonly settled: readonly SettledAlert[];
  /** Why they are over, one sentence for the log. */
  readonly why: string;
}

export type AcknowledgeRefusal = { readonly code: "ALERT_NOT_FOUND" | "ALERT_RESOLVED" };

/** Alerts from their first pending moment to their end: in PostgreSQL, so that they survive a restart. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #memory = new AlertMemory();
  readonly #jumps: JumpWatch;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: AlertsOptions) {
    this.#options = options;
    this.#jumps = new JumpWatch(options.clock);
  }

  static async open(options: AlertsOptions): Promise<Alerts> {
    const { database, clock } = options;
    const alerts = new Alerts(options);
    for (const alert of await coolingAlerts(database, addMs(clock.now(), -DAY_MS))) alerts.#memory.cool(alert);
    for (const alert of await currentAlerts(database)) alerts.#memory.adopt(alert);
    return alerts;
  }

  /** Runs one round for a system. @throws Failure when it could not be written; the next round starts from the same state. */
  evaluate(evaluated: EvaluatedSystem): Promise<void> {
    const { system, rules, readings } = evaluated;
    return this.#round(system, (now) => {
      const thresholds = new Map(evaluated.thresholds.map((threshold) => [threshold.id, threshold] as const));
      this.#memory.declare(system, { rules: new Map(rules.map((rule) => [rule.name, rule])), thresholds });
      const ofRules = this.current().filter((alert) => alert.system === system && alert.source === "rules");
      return alertRound({
        ...{ system, rules, thresholds, readings, now },
        current: new Map(ofRules.map((alert) => [alert.name, alert])),
        newId: () => this.#newId(now),
        coolDownOf: (identity) => this.#memory.coolDown(identity) ?? undefined,
      });
    });
  }

  /**
   * An alert from elsewhere fires, or fires still with this severity and these words. @throws Failure when it could not
   * be written: raise it again.
   */
  async raise(raised: RaisedAlert): Promise<Alert> {
    await this.follow({ raised: [raised], settled: [], why: "" });
    const alert = this.#memory.find(raised);
    assert(alert !== undefined, "an alert that was raised is known");
    return alert;
  }

  /** An alert from elsewhere is over; one that does not fire stays so. `why` is one sentence for the log. */
  settle(settled: SettledAlert, why: string): Promise<void> {
    return this.follow({ raised: [], settled: [settled], why });
  }

  /** Several at once, in one round per system: what belongs to one group is told in one page. */
  async follow({ raised, settled, why }: Followed): Promise<void> {
    for (const system of new Set([...raised, ...settled].map((alert) => alert.system)))
      await this.#round(system, (now) => [
        ...this.#raiseSteps(
          raised.filter((alert) => alert.system === system),
          now,
        ),
        ...this.#settleSteps({ settled: settled.filter((alert) => alert.system === system), why, now }),
      ]);
  }

  /** Tells what has waited for its time: groups, silences and acknowledgements that ended. */
  async tick(): Promise<void> {
    for (const system of this.#memory.systems()) await this.#round(system, () => []);
  }

  /** Somebody looks after the alert: it does not call again until the acknowledgement expires. */
  async acknowledge(id: string, order: AcknowledgeOrder): Promise<Result<Alert, AcknowledgeRefusal>> {
    const { audit, incidents } = this.#options;
    const known = this.#memory.findById(id) ?? (await this.find(id));
    if (known === undefined) return refuse({ code: "ALERT_NOT_FOUND" });
    let alert: Alert | undefined;
    const move = (now: Instant): AlertStep[] => {
      const before = this.#memory.findById(id);
      alert = before && acknowledged(before, order, now);
      return before === undefined ? [] : [{ before, after: alert, rule: this.#memory.ruleOf(before) }];
    };
    await this.#round(known.system, move, async (tx) => {
      if (alert !== undefined)
        for (const entry of await recordAcknowledgement(tx, alert, incidents)) await audit.append(tx, entry);
    });
    return alert === undefined ? refuse({ code: "ALERT_RESOLVED" }) : accept(alert);
  }

  /** Pending and firing alerts, from memory. */
  current(): readonly Alert[] {
    return this.#memory.current();
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

  #raiseSteps(raised: readonly RaisedAlert[], now: Instant): AlertStep[] {
    const distinct = new Map(raised.map((alert) => [identityOf(alert), alert]));
    return [...distinct.values()].map((alert) => {
      const before = this.#memory.find(alert);
      const coolDown = this.#memory.coolDown(alert);
      const id = before?.id ?? this.#newId(now);
      return { before, after: raiseAlert(before, { raised: alert, id, now, coolDown }), rule: undefined };
    });
  }

  #settleSteps({ settled, why, now }: Pick<Followed, "settled" | "why"> & { readonly now: Instant }): AlertStep[] {
    const distinct = new Map(settled.map((alert) => [identityOf(alert), this.#memory.find(alert)]));
    return [...distinct.values()].flatMap((before) => {
      if (before === undefined) return [];
      this.#options.logger.info({ alert: AlertMemory.nameOf(before), why }, "An alert is settled");
      return [{ before, after: endAlert(before, { now }), rule: undefined }];
    });
  }

  /** One round of a system: what `move` changes, what keeps quiet, what is told; written in one transaction. */
  #round(system: string, move: (now: Instant) => readonly AlertStep[], also?: Also): Promise<void> {
    return this.#exclusive(async () => {
      const { clock, quiet = NO_QUIET } = this.#options;
      this.#memory.moveClock(this.#jumps.jumpMs());
      const now = clock.now();
      const moved = move(now);
      const steps = [...moved, ...this.#memory.others(system, moved)];
      if (steps.length === 0) return;
      const elsewhere = this.#memory.firingElsewhere(system);
      const round = tellGroups(markQuiet(steps, { quiet, elsewhere, now }), now);
      const changed = round.steps.filter(hasChanged);
      const at = { thresholds: this.#memory.declared(system).thresholds, current: this.current() };
      if (changed.length > 0 || round.pages.length > 0)
        this.#adopt(round, await writeRound({ ...round, steps: changed }, { ...this.#options, ...at, now, also }));
    });
  }

  #adopt({ pages }: ToldRound, { steps }: Applied): void {
    const { events, logger } = this.#options;
    for (const { before, after } of steps) {
      if (after === undefined) this.#memory.forget(before!);
      else this.#memory.adopt(after);
      events.publish({ topic: "alerts", id: (after ?? before!).id });
      if (after?.incidentId != null) events.publish({ topic: "incidents", id: after.incidentId });
    }
    for (const { alert, telling } of pages.flatMap((page) => page.news))
      logger.info({ alert: AlertMemory.nameOf(alert), severity: alert.severity, telling }, "Alert");
  }

  #newId(now: Instant): string {
    return newId("alr", now, this.#options.random);
  }

  /** One at a time: an acknowledgement must not be lost under a round that began before it. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** The value moves at every round; writing it each time would be a write per alert and second for nobody. */
function hasChanged({ before, after }: AlertStep): boolean {
  if (before === after) return false;
  if (before === undefined || after === undefined) return true;
  return (Object.keys(after) as (keyof Alert)[]).some(
    (member) => member !== "value" && !isSame(before[member], after[member]),
  );
}

/** Members that are objects are small, and mostly the same object. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  return JSON.stringify(left) === JSON.stringify(right);
}
