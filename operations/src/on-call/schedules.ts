import type { Clock } from "@assay/platform/clock/clock";
import { isTimeZone } from "@assay/platform/clock/wall-time";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, formatInstant, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Schedule, ScheduleInput } from "../api/schema/on-call.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { Directory } from "../delivery/directory.ts";
import type { EventPublisher } from "../events/events.ts";
import { listPolicies } from "./policy-store.ts";
import { loadRosters, type StoredRoster } from "./rosters.ts";
import {
  deleteSchedule,
  endOverride,
  findSchedule,
  insertOverride,
  listSchedules,
  overridesSince,
  type ScheduledOverride,
  saveSchedule,
} from "./schedule-store.ts";

export interface OnCallEdges {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly directory: Directory;
}

/** A change of what is stored under an id by somebody who has seen `version` of it; 0 for something new. */
export interface Change<T> {
  readonly id: string;
  readonly version: number;
  readonly value: T;
  readonly actor: AuditActor;
}

export type ScheduleRefusal = {
  readonly code: "CHANGED_MEANWHILE" | "UNKNOWN_PERSON" | "UNKNOWN_TIME_ZONE" | "TOO_MANY" | "DUPLICATE_LAYER";
};
export type OverrideRefusal = {
  readonly code: "NOT_FOUND" | "UNKNOWN_PERSON" | "OVERRIDE_TIMES" | "TOO_MANY";
};

export interface OverrideOrder {
  readonly scheduleId: string;
  readonly person: string;
  readonly from: Instant | undefined;
  readonly to: Instant;
  readonly reason: string;
  readonly actor: AuditActor;
}

const MOST_SCHEDULES = 50;
const MOST_OVERRIDES = 200;
const LONGEST_OVERRIDE_MS = 31 * DAY_MS;
const FARTHEST_OVERRIDE_MS = 366 * DAY_MS;
const PRIMARY = "primary";

/** Schedules as people change them: each change is audited in the transaction that makes it. */
export class Schedules {
  readonly #edges: OnCallEdges;

  constructor(edges: OnCallEdges) {
    this.#edges = edges;
  }

  /** Everything that decides who is called from `since` on. */
  rosters(since = this.#edges.clock.now()): Promise<StoredRoster[]> {
    return loadRosters(this.#edges.database, { directory: this.#edges.directory, since });
  }

  async save({ id, version, value, actor }: Change<ScheduleInput>): Promise<Result<Schedule, ScheduleRefusal>> {
    if (!isTimeZone(value.timeZone)) return refuse({ code: "UNKNOWN_TIME_ZONE" });
    if (new Set(value.layers.map((layer) => layer.id)).size < value.layers.length)
      return refuse({ code: "DUPLICATE_LAYER" });
    const named = value.layers.flatMap(({ people }) => people);
    if (!(await this.#areHere(named))) return refuse({ code: "UNKNOWN_PERSON" });
    const { database, clock, audit, events } = this.#edges;
    const saved = { id, ...value, version: version + 1 };
    const outcome = await database.transaction(async (tx): Promise<Result<Schedule, ScheduleRefusal>> => {
      if (version === 0 && (await listSchedules(tx)).length >= MOST_SCHEDULES) return refuse({ code: "TOO_MANY" });
      if (!(await saveSchedule(tx, saved, clock.now()))) return refuse({ code: "CHANGED_MEANWHILE" });
      const details = { version: saved.version, timeZone: value.timeZone, people: [...new Set(named)] };
      await audit.append(tx, { actor, action: "on_call.schedule.changed", target: id, details });
      return accept(saved);
    });
    if (outcome.ok) events.publish({ topic: "on-call", id });
    return outcome;
  }

  async remove(
    id: string,
    actor: AuditActor,
  ): Promise<Result<void, { readonly code: "NOT_FOUND" | "SCHEDULE_IN_USE" }>> {
    const { database, audit, events } = this.#edges;
    type Outcome = Result<void, { readonly code: "NOT_FOUND" | "SCHEDULE_IN_USE" }>;
    const outcome = await database.transaction(async (tx): Promise<Outcome> => {
      const targets = (await listPolicies(tx)).flatMap(({ steps }) => steps.flatMap((step) => step.targets));
      if (id === PRIMARY || targets.some((target) => "schedule" in target && target.schedule === id))
        return refuse({ code: "SCHEDULE_IN_USE" });
      if (!(await deleteSchedule(tx, id))) return refuse({ code: "NOT_FOUND" });
      await audit.append(tx, { actor, action: "on_call.schedule.removed", target: id, details: {} });
      return accept(undefined);
    });
    if (outcome.ok) events.publish({ topic: "on-call", id });
    return outcome;
  }

  async override(order: OverrideOrder): Promise<Result<ScheduledOverride, OverrideRefusal>> {
    const { database, clock, random, audit, events } = this.#edges;
    const now = clock.now();
    const { scheduleId, person, to, reason, actor } = order;
    const from = order.from === undefined || order.from < now ? now : order.from;
    const isTimely = to > from && to - from <= LONGEST_OVERRIDE_MS && to <= addMs(now, FARTHEST_OVERRIDE_MS);
    if (!isTimely) return refuse({ code: "OVERRIDE_TIMES" });
    if (!(await this.#areHere([person]))) return refuse({ code: "UNKNOWN_PERSON" });
    const made = { id: newId<string>("ovr", now, random), scheduleId, person, from, to, reason, createdAt: now };
    const override: ScheduledOverride = { ...made, by: { id: actor.id, name: actor.name } };
    const outcome = await database.transaction(async (tx): Promise<Result<ScheduledOverride, OverrideRefusal>> => {
      if ((await findSchedule(tx, scheduleId)) === undefined) return refuse({ code: "NOT_FOUND" });
      if ((await overridesSince(tx, now)).length >= MOST_OVERRIDES) return refuse({ code: "TOO_MANY" });
      await insertOverride(tx, override);
      const details = { override: override.id, person, from: formatInstant(from), to: formatInstant(to), reason };
      await audit.append(tx, { actor, action: "on_call.override.made", target: scheduleId, details });
      return accept(override);
    });
    if (outcome.ok) events.publish({ topic: "on-call", id: scheduleId });
    return outcome;
  }

  /** Ends it now; one that has not begun never does. */
  async endOverride(id: string, actor: AuditActor): Promise<Result<void, { readonly code: "NOT_FOUND" }>> {
    const { database, clock, audit, events } = this.#edges;
    const now = clock.now();
    const ended = await database.transaction(async (tx) => {
      const known = (await overridesSince(tx, now)).find((one) => one.id === id);
      if (known === undefined) return undefined;
      await endOverride(tx, id, now);
      const details = { override: id, person: known.person };
      await audit.append(tx, { actor, action: "on_call.override.ended", target: known.scheduleId, details });
      return known;
    });
    if (ended === undefined) return refuse({ code: "NOT_FOUND" });
    events.publish({ topic: "on-call", id: ended.scheduleId });
    return accept(undefined);
  }

  async #areHere(people: readonly string[]): Promise<boolean> {
    const here = new Set((await this.#edges.directory.people()).map(({ id }) => id));
    return people.every((id) => here.has(id));
  }
}
