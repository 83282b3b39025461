import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";
import { accept, type Refused, type Result, refuse } from "./result.ts";

/** A point in time: whole milliseconds since the Unix epoch, UTC. */
export type Instant = Brand<number, "Instant">;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const LARGEST_MS = 8_640_000_000_000_000;

/** @throws AssertionError unless `ms` is a whole number in the range of a `Date`. */
export function toInstant(ms: number): Instant {
  assert(Number.isInteger(ms) && Math.abs(ms) <= LARGEST_MS, `${ms} is an instant`);
  return ms as Instant;
}

export function addMs(instant: Instant, ms: number): Instant {
  return toInstant(instant + ms);
}

/** RFC 3339 in UTC with milliseconds: `2026-01-31T12:00:00.000Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** RFC 3339 in UTC to whole seconds: `2026-01-31T12:00:00Z`. */
export function formatInstantSeconds(instant: Instant): string {
  return `${formatInstant(instant).slice(0, 19)}Z`;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Accepts RFC 3339 with an explicit zone; anything finer than a millisecond is dropped. */
export function parseInstant(text: string): Result<Instant, { code: "NOT_AN_INSTANT" }> {
  if (!RFC_3339.test(text)) return notAnInstant();
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? notAnInstant() : accept(toInstant(ms));
}

function notAnInstant(): Refused<{ code: "NOT_AN_INSTANT" }> {
  return refuse({ code: "NOT_AN_INSTANT" });
}
