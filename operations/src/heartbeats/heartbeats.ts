import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database, Sql } from "@assay/platform/storage/database";
import { addMs, DAY_MS, formatInstant, type Instant, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Alerts } from "../alerts/alerts.ts";
import type { HeartbeatInput } from "../api/schema/heartbeats.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { EventPublisher } from "../events/events.ts";
import type { Change } from "../on-call/schedules.ts";
import { repeat } from "../systems/repeat.ts";
import { alertOf, dueAfter, type Heartbeat, isMissed, isPaused } from "./heartbeat.ts";
import {
  deleteHeartbeat,
  dueHeartbeats,
  listHeartbeats,
  lockHeartbeat,
  noteListening,
  postponeAll,
  upsertHeartbeat,
} from "./heartbeat-store.ts";

export interface HeartbeatsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly alerts: Pick<Alerts, "raise" | "settle">;
}

export interface PauseOrder {
  readonly id: string;
  readonly until: Instant;
  readonly reason: string;
  readonly actor: AuditActor;
}

type NotFound = { readonly code: "NOT_FOUND" };

const TICK_MS = 5 * SECOND_MS;
const MOST_HEARTBEATS = 500;
const LONGEST_PAUSE_MS = 31 * DAY_MS;
/** A longer pause of the plane's own listening counts for nobody. */
const DEAF_MS = MINUTE_MS;

/** Dead man's switches: a job is expected to be heard, and its silence is an alert. */
export class Heartbeats implements AsyncDisposable {
  readonly #options: HeartbeatsOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  list(): Promise<Heartbeat[]> {
    return listHeartbeats(this.#options.database);
  }

  async save(
    change: Change<HeartbeatInput>,
  ): Promise<Result<Heartbeat, { readonly code: "CHANGED_MEANWHILE" | "TOO_MANY" }>> {
    const { id, version, value, actor } = change;
    const now = this.#options.clock.now();
    type Outcome = Result<Heartbeat, { readonly code: "CHANGED_MEANWHILE" | "TOO_MANY" }>;
    let missed: Heartbeat | undefined;
    const outcome = await this.#options.database.transaction(async (tx): Promise<Outcome> => {
      const known = await lockHeartbeat(tx, id);
      if ((known?.version ?? 0) !== version) return refuse({ code: "CHANGED_MEANWHILE" });
      if (known === undefined && (await listHeartbeats(tx)).length >= MOST_HEARTBEATS)
        return refuse({ code: "TOO_MANY" });
      const from = known?.lastBeatAt ?? now;
      const saved: Heartbeat = {
        ...(known ?? { lastBeatAt: null, lastBeatBy: null, pause: null, createdAt: now }),
        ...value,
        ...{ id, version: version + 1, state: known?.lastBeatAt == null ? "waiting" : "healthy" },
        dueAt: latest(dueAfter(value, from), known?.pause == null ? from : dueAfter(value, known.pause.until)),
      };
      await upsertHeartbeat(tx, saved);
      const details = { version: saved.version, ...value };
      await this.#options.audit.append(tx, { actor, action: "heartbeat.changed", target: id, details });
      if (known?.state === "missed") missed = known;
      return accept(saved);
    });
    if (outcome.ok) this.#announce(id);
    // Its alert may belong to another system now; when it is still silent, the next tick raises it anew.
    if (outcome.ok && missed !== undefined) await this.#settleAfter(missed, "it was changed");
    return outcome;
  }

  async remove(id: string, actor: AuditActor): Promise<Result<void, NotFound>> {
    const removed = await this.#change(id, async (tx, known) => {
      await deleteHeartbeat(tx, id);
      await this.#options.audit.append(tx, { actor, action: "heartbeat.removed", target: id, details: {} });
      return known;
    });
    if (!removed.ok) return removed;
    if (removed.value.state === "missed") await this.#settleAfter(removed.value, "it is no longer expected");
    return accept(undefined);
  }

  /** The job was heard. */
  async beat(id: string, by: string): Promise<Result<Heartbeat, NotFound>> {
    const now = this.#options.clock.now();
    let wasMissed = false;
    const beaten = await this.#change(id, async (tx, known) => {
      wasMissed = known.state === "missed";
      const from = known.pause !== null && isPaused(known, now) ? known.pause.until : now;
      const heard: Heartbeat = {
        ...known,
        state: "healthy",
        lastBeatAt: now,
        lastBeatBy: by,
        dueAt: dueAfter(known, from),
      };
      await upsertHeartbeat(tx, heard);
      return heard;
    });
    if (beaten.ok && wasMissed) await this.#settleAfter(beaten.value, `it was heard again by ${by}`);
    return beaten;
  }

  /** Nobody listens for it until then, and its alert is over. */
  async pause({
    id,
    until,
    reason,
    actor,
  }: PauseOrder): Promise<Result<Heartbeat, NotFound | { code: "PAUSE_TIMES" }>> {
    const now = this.#options.clock.now();
    if (until <= now || until > addMs(now, LONGEST_PAUSE_MS)) return refuse({ code: "PAUSE_TIMES" });
    let wasMissed = false;
    const paused = await this.#change(id, async (tx, known) => {
      wasMissed = known.state === "missed";
      const state = known.lastBeatAt === null ? ("waiting" as const) : ("healthy" as const);
      const pause = { until, by: actor.name, reason };
      const quiet: Heartbeat = { ...known, state, pause, dueAt: dueAfter(known, until) };
      await upsertHeartbeat(tx, quiet);
      const details = { until: formatInstant(until), reason };
      await this.#options.audit.append(tx, { actor, action: "heartbeat.paused", target: id, details });
      return quiet;
    });
    if (paused.ok && wasMissed) await this.#settleAfter(paused.value, `${actor.name} paused it`);
    return paused;
  }

  async resume(id: string, actor: AuditActor): Promise<Result<Heartbeat, NotFound>> {
    const now = this.#options.clock.now();
    return await this.#change(id, async (tx, known) => {
      const heard: Heartbeat = { ...known, pause: null, dueAt: dueAfter(known, now) };
      await upsertHeartbeat(tx, heard);
      await this.#options.audit.append(tx, { actor, action: "heartbeat.resumed", target: id, details: {} });
      return heard;
    });
  }

  /** Raises the alert of each that is silent for too long. What could not be raised is due again at the next tick. */
  async tick(): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock.now();
    await database.transaction(async (tx) => {
      const before = await noteListening(tx, now);
      const deafMs = before === undefined ? 0 : now - before;
      if (deafMs > DEAF_MS) await postponeAll(tx, deafMs);
    });
    for (const heartbeat of await dueHeartbeats(database, now))
      if (isMissed(heartbeat, now)) await this.#miss(heartbeat);
  }

  start(): void {
    const { clock, logger } = this.#options;
    const tick = async () => {
      try {
        await this.tick();
      } catch (error) {
        logger.error({ error }, "Heartbeats could not be listened for");
      }
    };
    this.#loop ??= repeat(tick, { clock, everyMs: TICK_MS, signal: this.#stopping.signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  // Raised first: a crash in between raises it again, which is the same alert.
  async #miss(heartbeat: Heartbeat): Promise<void> {
    const { alerts, database, clock } = this.#options;
    const { id, title, severity, runbook, lastBeatAt } = heartbeat;
    const since = lastBeatAt === null ? "has never been heard" : `was last heard at ${formatInstant(lastBeatAt)}`;
    const summary = `${title} is silent: it ${since}.`;
    await alerts.raise({ ...alertOf(heartbeat), severity, summary, runbook, labels: { heartbeat: id } });
    const isHeard = await database.transaction(async (tx) => {
      const known = await lockHeartbeat(tx, id);
      if (known === undefined || !isMissed(known, clock.now())) return true;
      await upsertHeartbeat(tx, { ...known, state: "missed" });
      return false;
    });
    if (isHeard) await this.#settleAfter(heartbeat, "it was heard meanwhile");
    this.#announce(id);
  }

  async #change(
    id: string,
    work: (tx: Sql, known: Heartbeat) => Promise<Heartbeat>,
  ): Promise<Result<Heartbeat, NotFound>> {
    const changed = await this.#options.database.transaction(async (tx) => {
      const known = await lockHeartbeat(tx, id);
      return known && (await work(tx, known));
    });
    if (changed === undefined) return refuse({ code: "NOT_FOUND" });
    this.#announce(id);
    return accept(changed);
  }

  async #settleAfter(heartbeat: Heartbeat, why: string): Promise<void> {
    await this.#options.alerts.settle(alertOf(heartbeat), why);
  }

  #announce(id: string): void {
    this.#options.events.publish({ topic: "on-call", id: `heartbeat/${id}` });
  }
}

function latest(left: Instant, right: Instant): Instant {
  return left > right ? left : right;
}
