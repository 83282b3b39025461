import type { AlertRule } from "../thresholds/alert-rule.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { type Alert, type AlertIdentity, alertKey, type CoolDown, identityOf } from "./alert.ts";
import type { AlertStep } from "./alert-round.ts";
import { moveClock, moveCoolDown } from "./clock-jump.ts";
import type { Inhibitor } from "./quieting.ts";

/** What a system declared when it was evaluated last. */
export interface Declared {
  /** By name. */
  readonly rules: ReadonlyMap<string, AlertRule>;
  /** By id. */
  readonly thresholds: ReadonlyMap<string, Threshold>;
}

const NOTHING: Declared = { rules: new Map(), thresholds: new Map() };

/** What the next round needs of all alerts, so that it asks no database. */
export class AlertMemory {
  readonly #current = new Map<string, Alert>();
  /** Over, but not told yet: by id. */
  readonly #owed = new Map<string, Alert>();
  readonly #cooling = new Map<string, CoolDown>();
  readonly #declared = new Map<string, Declared>();

  /** Pending and firing. */
  current(): readonly Alert[] {
    return [...this.#current.values()];
  }

  find(identity: AlertIdentity): Alert | undefined {
    return this.#current.get(identityOf(identity));
  }

  findById(id: string): Alert | undefined {
    return this.current().find((alert) => alert.id === id);
  }

  coolDown(identity: AlertIdentity): CoolDown | null {
    return this.#cooling.get(identityOf(identity)) ?? null;
  }

  declare(system: string, declared: Declared): void {
    this.#declared.set(system, declared);
  }

  declared(system: string): Declared {
    return this.#declared.get(system) ?? NOTHING;
  }

  /** Whose alerts are remembered. */
  systems(): ReadonlySet<string> {
    return new Set([...this.#current.values(), ...this.#owed.values()].map(({ system }) => system));
  }

  /** The system's alerts that `steps` do not move, as steps that change nothing. */
  others(system: string, steps: readonly AlertStep[]): AlertStep[] {
    const moved = new Set(steps.map(({ before }) => before?.id));
    const rest = [...this.#current.values(), ...this.#owed.values()];
    return rest.flatMap((alert) =>
      alert.system !== system || moved.has(alert.id) ? [] : [{ before: alert, after: alert, rule: this.ruleOf(alert) }],
    );
  }

  firingElsewhere(system: string): Inhibitor[] {
    return this.current().flatMap((alert) =>
      alert.system === system || alert.state !== "firing" ? [] : [{ alert, rule: this.ruleOf(alert) }],
    );
  }

  ruleOf({ source, system, name }: AlertIdentity): AlertRule | undefined {
    return source === "rules" ? this.declared(system).rules.get(name) : undefined;
  }

  adopt(alert: Alert): void {
    const identity = identityOf(alert);
    if (alert.state !== "resolved") {
      this.#current.set(identity, alert);
      return;
    }
    if (this.#current.get(identity)?.id === alert.id) this.#current.delete(identity);
    if (alert.resolutionTold) this.#owed.delete(alert.id);
    else this.#owed.set(alert.id, alert);
    if (alert.coolDown === null) this.#cooling.delete(identity);
    else this.#cooling.set(identity, alert.coolDown);
  }

  forget(alert: Alert): void {
    this.#current.delete(identityOf(alert));
  }

  /** Cool-downs of alerts that ended before this process began. */
  cool(alert: Alert): void {
    if (alert.coolDown !== null) this.#cooling.set(identityOf(alert), alert.coolDown);
  }

  moveClock(jumpMs: number): void {
    if (jumpMs === 0) return;
    for (const alerts of [this.#current, this.#owed])
      for (const [key, alert] of alerts) alerts.set(key, moveClock(alert, jumpMs));
    for (const [key, coolDown] of this.#cooling) this.#cooling.set(key, moveCoolDown(coolDown, jumpMs));
  }

  /** What people call it, for a log line. */
  static nameOf(alert: Alert): string {
    return alertKey(alert.system, alert.name) + (alert.key === "" ? "" : ` (${alert.key})`);
  }
}
