import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { instantAt, wallTime } from "@assay/platform/clock/wall-time";
import { addMs, DAY_MS, HOUR_MS, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import type { Rotation } from "../api/schema/on-call.ts";
import { type Override, onCallAt, type Roster, shifts } from "./schedule.ts";

const RUNS = { numRuns: 40 };
const START = Date.UTC(2026, 2, 20);
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/Sao_Paulo",
];

const person = fc.constantFrom("ada", "bo", "cy", "dee");
const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "15", "30")).map(([hour, minute]) => {
  return `${String(hour).padStart(2, "0")}:${minute}`;
});
const instant = fc.integer({ min: 0, max: 30 * 24 * 60 }).map((minutes) => toInstant(START + minutes * MINUTE_MS));

const rotation: fc.Arbitrary<Rotation> = fc.record({
  id: fc.constantFrom("first", "second", "third"),
  title: fc.constant("Rotation"),
  people: fc.uniqueArray(person, { minLength: 1, maxLength: 4 }),
  every: fc.record({ unit: fc.constantFrom("day" as const, "week" as const), count: fc.integer({ min: 1, max: 3 }) }),
  handOverAt: time,
  startsOn: fc.constantFrom("2026-01-01", "2026-03-25", "2026-04-02"),
  only: fc.option(
    fc.record({
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      from: time,
      to: time,
    }),
  ),
});

const override: fc.Arbitrary<Override> = fc
  .record({ id: fc.uuid(), person, from: instant, minutes: fc.integer({ min: 1, max: 5_000 }), made: instant })
  .map(({ minutes, made, ...one }) => ({
    ...one,
    to: addMs(one.from, minutes * MINUTE_MS),
    reason: "why not",
    by: { id: "per_ada", name: "Ada" },
    createdAt: made,
  }));

const roster: fc.Arbitrary<Roster> = fc.record({
  schedule: fc.record({ timeZone: fc.constantFrom(...ZONES), layers: fc.array(rotation, { maxLength: 3 }) }),
  overrides: fc.array(override, { maxLength: 4 }),
});

test("shifts cover all time without a hole, each instant as it is asked alone", () => {
  fc.assert(
    fc.property(roster, instant, fc.array(fc.nat({ max: 14 * 24 * 60 }), { maxLength: 10 }), (plan, from, minutes) => {
      const to = addMs(from, 14 * DAY_MS);
      const found = shifts(plan, from, to);
      equal(found[0]?.from, from);
      equal(found.at(-1)?.to, to);
      for (const [index, { from: start }] of found.entries()) if (index > 0) equal(found[index - 1]!.to, start);
      for (const minute of minutes) {
        const moment = addMs(from, minute * MINUTE_MS);
        const covering = found.filter((shift) => shift.from <= moment && moment < shift.to);
        if (moment < to) equal(covering.length, 1);
        for (const { person: who, source, sourceId } of covering)
          deepEqual(onCallAt(plan, moment), { person: who, source, sourceId });
      }
    }),
    RUNS,
  );
});

test("whoever overrides is on call for exactly that time", () => {
  fc.assert(
    fc.property(roster, override, (plan, one) => {
      const latest = { ...one, createdAt: toInstant(START + 90 * DAY_MS) };
      const withIt = { ...plan, overrides: [...plan.overrides, latest] };
      equal(onCallAt(withIt, latest.from).person, latest.person);
      equal(onCallAt(withIt, addMs(latest.to, -1)).person, latest.person);
      deepEqual(onCallAt(withIt, latest.to), onCallAt(plan, latest.to));
      deepEqual(onCallAt(withIt, addMs(latest.from, -1)), onCallAt(plan, addMs(latest.from, -1)));
    }),
    RUNS,
  );
});

test("every turn of a rotation begins when the clock on the wall shows the hand-over", () => {
  fc.assert(
    fc.property(rotation, fc.constantFrom(...ZONES), instant, (layer, zone, from) => {
      const plan = { schedule: { timeZone: zone, layers: [{ ...layer, only: null }] }, overrides: [] };
      for (const { from: start } of shifts(plan, from, addMs(from, 20 * DAY_MS)).slice(1))
        equal(start, instantAt({ date: wallTime(start, zone).date, time: layer.handOverAt, zone }));
    }),
    RUNS,
  );
});

test("people take turns of equal length, up to an hour when the clocks change", () => {
  fc.assert(
    fc.property(rotation, fc.constantFrom(...ZONES), (layer, zone) => {
      const turns = { ...layer, people: ["ada", "bo"], only: null, startsOn: "2026-01-01" };
      const lengthMs = turns.every.count * (turns.every.unit === "week" ? 7 : 1) * DAY_MS;
      const from: Instant = toInstant(START);
      const plan = { schedule: { timeZone: zone, layers: [turns] }, overrides: [] };
      for (const { from: start, to } of shifts(plan, from, addMs(from, 4 * lengthMs)).slice(1, -1))
        equal(Math.abs(to - start - lengthMs) <= HOUR_MS, true);
    }),
    RUNS,
  );
});
