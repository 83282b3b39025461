import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { formatInstantSeconds, HOUR_MS, MINUTE_MS, parseInstant, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import { type Cron, lastDue, nextDue, parseCron } from "./cron.ts";

function cron(text: string): Cron {
  const parsed = parseCron(text);
  ok(parsed.ok, text);
  return parsed.value;
}

function at(text: string) {
  const parsed = parseInstant(text);
  ok(parsed.ok, text);
  return parsed.value;
}

const next = (text: string, zone: string, now: string) => formatInstantSeconds(nextDue(cron(text), zone, at(now))!);

test("schedules mean on the wall of their zone what they say", () => {
  equal(next("0 1 * * *", "UTC", "2026-03-01T00:59:59Z"), "2026-03-01T01:00:00Z");
  equal(next("0 1 * * *", "UTC", "2026-03-01T01:00:00Z"), "2026-03-02T01:00:00Z");
  equal(next("*/20 9-17 * * 1-5", "UTC", "2026-02-27T17:40:00Z"), "2026-03-02T09:00:00Z");
  equal(next("0 3 31 * *", "UTC", "2026-04-01T00:00:00Z"), "2026-05-31T03:00:00Z");
  equal(next("0 3 1 * 1", "UTC", "2026-03-03T00:00:00Z"), "2026-03-09T03:00:00Z");
  equal(next("0 3 * * 0", "UTC", "2026-03-02T00:00:00Z"), "2026-03-08T03:00:00Z");
  equal(next("0 9 * * *", "Europe/Zurich", "2026-03-28T12:00:00Z"), "2026-03-29T07:00:00Z");
  equal(next("30 2 * * *", "Europe/Zurich", "2026-03-28T12:00:00Z"), "2026-03-29T01:30:00Z");
  equal(next("0 0 29 2 *", "UTC", "2027-03-01T00:00:00Z"), "2028-02-29T00:00:00Z");
  equal(nextDue(cron("0 0 31 2 *"), "UTC", at("2026-01-01T00:00:00Z")), undefined);
});

test("what is no schedule is refused with its field", () => {
  const reasons = ["0 1 * *", "60 1 * * *", "0 24 * * *", "0 1 0 * *", "a b c d e", "5-1 * * * *", "*/0 * * * *"].map(
    (text) => {
      const parsed = parseCron(text);
      return parsed.ok ? "accepted" : parsed.refusal.reason;
    },
  );
  deepEqual(reasons, [
    "it has 4 fields, not five",
    "60 is no minute",
    "24 is no hour",
    "0 is no day of the month",
    "a is no minute",
    "5-1 is no minute",
    "*/0 is no minute",
  ]);
});

test("the last moment and the next one stand around now, with none between them, whatever the clocks do", () => {
  const moment = fc.record({
    zone: fc.constantFrom("UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe"),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    elapsed: fc.integer({ min: 0, max: 500_000 }),
  });
  fc.assert(
    fc.property(moment, ({ zone, hour, minute, elapsed }) => {
      const daily = cron(`${minute} ${hour} * * *`);
      const now = toInstant(at("2026-01-01T00:00:00Z") + elapsed * MINUTE_MS);
      const [before, after] = [lastDue(daily, zone, now)!, nextDue(daily, zone, now)!];
      ok(before <= now && now < after);
      ok(Math.abs(after - before - 24 * HOUR_MS) <= HOUR_MS);
      equal(nextDue(daily, zone, before), after);
    }),
    { numRuns: 60 },
  );
});
