import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { addDays, daysBetween, lastDayOfMonth, wallTime } from "@assay/platform/clock/wall-time";
import { DAY_MS, HOUR_MS, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import { nextPeriod, periodsBetween, type Recurrence } from "./periods.ts";

const ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"];
const START = Date.UTC(2026, 0, 1);

const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const recurrence: fc.Arbitrary<Recurrence> = fc
  .record({
    every: fc.constantFrom("day" as const, "week" as const, "month" as const),
    weekday: fc.integer({ min: 1, max: 7 }),
    dayOfMonth: fc.integer({ min: 1, max: 31 }),
    times: fc.uniqueArray(clockTime, { minLength: 2, maxLength: 2 }),
    timeZone: fc.constantFrom(...ZONES),
  })
  .map(({ times, ...rest }) => {
    const [opensAt, dueAt] = times.toSorted() as [string, string];
    return { ...rest, opensAt, dueAt };
  });
const moment = fc.integer({ min: 0, max: 365 * 24 * 60 }).map((minute) => toInstant(START + minute * MINUTE_MS));

test("however a span of time is cut, each period opens in exactly one of its pieces", () => {
  fc.assert(
    fc.property(
      recurrence,
      moment,
      fc.array(fc.integer({ min: 0, max: 40 * 24 * 60 }), { maxLength: 5 }),
      (of, from, cuts) => {
        const to = toInstant(from + 40 * DAY_MS);
        const edges = [
          from,
          ...cuts.toSorted((a, b) => a - b).map((minute) => toInstant(from + minute * MINUTE_MS)),
          to,
        ];
        const pieces = edges.slice(1).flatMap((edge, index) => periodsBetween(of, edges[index]!, edge));
        deepEqual(pieces, periodsBetween(of, from, to));
        equal(new Set(pieces.map(({ date }) => date)).size, pieces.length);
        for (const { opensAt, dueAt } of pieces) ok(dueAt > opensAt && dueAt - opensAt < DAY_MS + HOUR_MS);
      },
    ),
    { numRuns: 30 },
  );
});

test("every day, week and month has its period, at the end of a short month too and when the clocks change", () => {
  fc.assert(
    fc.property(recurrence, moment, (of, from) => {
      const to = toInstant(from + 50 * DAY_MS);
      const periods = periodsBetween(of, from, to);
      // A zone may leave out a day of the calendar altogether, as Samoa once did; none does in these years.
      for (const [index, { date, opensAt }] of periods.entries()) {
        const next = periods[index + 1]?.date;
        const gap = next === undefined ? undefined : daysBetween(date, next);
        if (of.every === "day" && gap !== undefined) equal(gap, 1);
        if (of.every === "week" && gap !== undefined) equal(gap, 7);
        if (of.every === "week") equal(wallTime(opensAt, of.timeZone).weekday, of.weekday);
        if (of.every === "month") equal(Number(date.slice(8)), Math.min(of.dayOfMonth!, lastDayOfMonth(date)));
        equal(wallTime(opensAt, of.timeZone).date, date);
      }
      const least = { day: 49, week: 7, month: 1 }[of.every];
      ok(periods.length >= least, `${periods.length} of at least ${least}`);
    }),
    { numRuns: 30 },
  );
});

test("the next period is the first that opens afterwards", () => {
  fc.assert(
    fc.property(recurrence, moment, (of, now) => {
      const next = nextPeriod(of, now);
      ok(next.opensAt > now);
      deepEqual(periodsBetween(of, now, next.opensAt), [next]);
    }),
    { numRuns: 30 },
  );
});

test("a time that the clocks skip leaves people the time that was meant", () => {
  const of = { every: "day", opensAt: "02:50", dueAt: "03:10", timeZone: "Europe/Zurich" } as const;
  const day = "2026-03-29";
  const noon = toInstant(Date.parse(`${addDays(day, -1)}T12:00:00Z`));
  const [period] = periodsBetween(of, noon, toInstant(noon + DAY_MS));
  deepEqual([period!.date, period!.dueAt - period!.opensAt], [day, 20 * MINUTE_MS]);
});
