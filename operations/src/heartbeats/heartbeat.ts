import { addMs, type Instant } from "@assay/primitives/instant";
import type { HeartbeatInput } from "../api/schema/heartbeats.ts";

export interface Pause {
  readonly until: Instant;
  readonly by: string;
  readonly reason: string;
}

/** A job that says that it is alive, and when it was heard last. */
export interface Heartbeat extends HeartbeatInput {
  readonly id: string;
  readonly version: number;
  readonly state: "waiting" | "healthy" | "missed";
  readonly lastBeatAt: Instant | null;
  readonly lastBeatBy: string | null;
  readonly dueAt: Instant;
  readonly pause: Pause | null;
  readonly createdAt: Instant;
}

/** When silence that begins at `from` becomes an alert. */
export function dueAfter({ periodMs, graceMs }: Pick<Heartbeat, "periodMs" | "graceMs">, from: Instant): Instant {
  return addMs(from, periodMs + graceMs);
}

export function isPaused({ pause }: Pick<Heartbeat, "pause">, now: Instant): boolean {
  return pause !== null && now < pause.until;
}

/** Whether it should have been heard by now. */
export function isMissed(heartbeat: Heartbeat, now: Instant): boolean {
  return heartbeat.dueAt <= now && !isPaused(heartbeat, now);
}

/** Its alert, as `Alerts.raise` knows it. */
export function alertOf({ id, system }: Pick<Heartbeat, "id" | "system">) {
  return { source: "heartbeat" as const, system, name: "HEARTBEAT_MISSED", key: id };
}
