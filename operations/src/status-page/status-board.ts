import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { DAY_MS, type Instant, MINUTE_MS, SECOND_MS, toInstant } from "@assay/primitives/instant";
import type { Alert } from "../alerts/alert.ts";
import { type ComponentState, worstState } from "../api/schema/status.ts";
import type { EventPublisher } from "../events/events.ts";
import type { MaintenanceWindow } from "../quiet/maintenance.ts";
import type { MonitoredSystem } from "../systems/monitored-system.ts";
import { repeat } from "../systems/repeat.ts";
import { type Component, declaredId, localId, type Override } from "./component.ts";
import type { StateChange } from "./component-history.ts";
import { listComponents, listOverrides } from "./component-store.ts";
import { deriveState } from "./derive-state.ts";
import {
  changesSince,
  forgetChangesBefore,
  insertChange,
  lastChanges,
  lastWatch,
  noteWatch,
} from "./state-change-store.ts";

export interface StatusBoardOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventPublisher;
  readonly systems: { list(): readonly Pick<MonitoredSystem, "manifest" | "health">[] };
  readonly alerts: { current(): readonly Pick<Alert, "system" | "name" | "state" | "severity">[] };
  readonly maintenance: { active(now: Instant): readonly MaintenanceWindow[] };
  /** When the rules were evaluated last. */
  readonly evaluatedAt: () => Instant | null;
  readonly evaluationIntervalMs: number;
  readonly everyMs?: number;
}

/** A part as it stands now. */
export interface Standing {
  readonly component: Component;
  readonly state: ComponentState;
  readonly why: string;
  /** Since when; null when that was before anybody looked. */
  readonly since: Instant | null;
  /** When something was last known of it. */
  readonly seenAt: Instant | null;
  readonly override: Override | undefined;
}

export interface Board {
  readonly asOf: Instant;
  readonly state: ComponentState;
  readonly parts: readonly Standing[];
}

const EVERY_MS = 5 * SECOND_MS;
/** Nobody looked for this long: what was in between is not known. */
const GAP_MS = 2 * MINUTE_MS;
/** Rules not evaluated for this many intervals say nothing any more. */
const LATE_INTERVALS = 4;
export const KEPT_DAYS = 90;

/** How the parts stand, looked at again and again, and every change of it written down. */
export class StatusBoard implements AsyncDisposable {
  readonly #options: StatusBoardOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #last = new Map<string, StateChange>();
  #seen = new Map<string, Instant>();
  #isRestored = false;
  #board: Board | undefined;

  constructor(options: StatusBoardOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, logger, everyMs = EVERY_MS } = this.#options;
    const work = () =>
      this.look().then(
        () => undefined,
        (error: unknown) => logger.warn({ error }, "The status page could not be renewed"),
      );
    this.#running = repeat(work, { clock, everyMs, signal: this.#stop.signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** As it stood at the last look; looks when nobody did lately. */
  async board(): Promise<Board> {
    const { clock, everyMs = EVERY_MS } = this.#options;
    const isFresh = this.#board !== undefined && clock.now() - this.#board.asOf <= 2 * everyMs;
    return isFresh ? this.#board! : await this.look();
  }

  /** Derives all states now and writes down what changed. */
  async look(): Promise<Board> {
    const { database, clock, events } = this.#options;
    await this.#restoreOnce();
    const now = clock.now();
    const components = await this.components();
    const overrides = new Map((await listOverrides(database, now)).map((one) => [one.componentId, one]));
    const derived = components.map((component) => ({
      component,
      override: overrides.get(component.id),
      ...this.#derive(component, overrides.get(component.id), now),
    }));
    const changed = derived.filter(({ component, state }) => this.#last.get(component.id)?.state !== state);
    await database.transaction(async (tx) => {
      for (const { component, state } of changed) await insertChange(tx, component.id, { at: now, state });
      await noteWatch(tx, now);
    });
    for (const { component, state } of changed) this.#last.set(component.id, { at: now, state });
    for (const { component, state } of derived) if (state !== "no data") this.#seen.set(component.id, now);
    if (changed.length > 0) events.publish({ topic: "status", id: "" });
    const parts = derived.map((one) => ({
      ...one,
      since: this.#last.get(one.component.id)?.at ?? null,
      seenAt: this.#seen.get(one.component.id) ?? null,
    }));
    const shown = parts.filter(({ component }) => !component.isHidden);
    this.#board = { asOf: now, state: worstState(shown.map(({ state }) => state)), parts };
    return this.#board;
  }

  /** Declared by manifests and made by hand, in the order of the page. */
  async components(): Promise<Component[]> {
    const stored = await listComponents(this.#options.database);
    const placed = new Map(stored.map((one) => [one.id, one]));
    const declared = this.#options.systems.list().flatMap(({ manifest }) =>
      manifest.components.map((part, index): Component => {
        const id = declaredId(manifest.system, part.id);
        const { group = manifest.title, position = index, isHidden = false } = placed.get(id) ?? {};
        const { title, description, healthChecks, alerts } = part;
        const { system } = manifest;
        return { id, title, description, group, position, isHidden, isDeclared: true, system, healthChecks, alerts };
      }),
    );
    return [...declared, ...stored.filter(({ isDeclared }) => !isDeclared)].sort(
      (left, right) => left.position - right.position || left.id.localeCompare(right.id),
    );
  }

  /** Changes of the last days, by part. */
  changes(from: Instant): Promise<Map<string, StateChange[]>> {
    return changesSince(this.#options.database, from);
  }

  async forgetOld(): Promise<void> {
    const { database, clock } = this.#options;
    await forgetChangesBefore(database, toInstant(clock.now() - (KEPT_DAYS + 10) * DAY_MS));
  }

  #derive(component: Component, override: Override | undefined, now: Instant) {
    const { systems, alerts, maintenance } = this.#options;
    const system = systems.list().find(({ manifest }) => manifest.system === component.system);
    const health = component.healthChecks.length === 0 ? undefined : system?.health();
    const checks = component.healthChecks.map((id) => ({
      id,
      status: health?.checks.find(({ check }) => check.id === id)?.current ?? ("unknown" as const),
    }));
    const firing = alerts
      .current()
      .filter(
        (one) => one.state === "firing" && one.system === component.system && component.alerts.includes(one.name),
      );
    return deriveState({
      ...{ now, override, checks, firing },
      maintenance: maintenance.active(now).find((window) => window.public && covers(window, component))?.title,
      alerts: component.alerts.length === 0 ? "none" : this.#isEvaluated(now) && system ? "evaluated" : "stale",
    });
  }

  #isEvaluated(now: Instant): boolean {
    const { evaluatedAt, evaluationIntervalMs } = this.#options;
    const at = evaluatedAt();
    return at !== null && now - at <= evaluationIntervalMs * LATE_INTERVALS + EVERY_MS;
  }

  /** After a start: what lies between the last look and now is not known, so it is written down as that. */
  async #restoreOnce(): Promise<void> {
    if (this.#isRestored) return;
    const { database, clock } = this.#options;
    this.#last = await lastChanges(database);
    const seen = await lastWatch(database);
    for (const [id, { state, at }] of this.#last) {
      if (state !== "no data") this.#seen.set(id, seen ?? at);
      if (seen === undefined || state === "no data" || clock.now() - seen <= GAP_MS) continue;
      const unknown = { at: toInstant(Math.max(seen, at + 1)), state: "no data" as const };
      await insertChange(database, id, unknown);
      this.#last.set(id, unknown);
    }
    this.#isRestored = true;
  }
}

/** Whether the window is about the part. */
export function covers(window: Pick<MaintenanceWindow, "system" | "components">, component: Component): boolean {
  if (window.system !== null && window.system !== component.system) return false;
  return window.components.length === 0 || window.components.includes(localId(component));
}
