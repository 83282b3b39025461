import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import type { Rotation } from "../api/schema/on-call.ts";
import { nextShift, type Override, onCallAt, type Roster, shifts } from "./schedule.ts";

const at = (text: string) => toInstant(Date.parse(text));

const WEEKLY: Rotation = {
  id: "weekly",
  title: "Weekly",
  people: ["ada", "bo"],
  every: { unit: "week", count: 1 },
  handOverAt: "09:00",
  startsOn: "2026-03-02",
  only: null,
};

function roster(layers: readonly Rotation[], overrides: readonly Override[] = [], here?: ReadonlySet<string>): Roster {
  return { schedule: { timeZone: "Europe/Berlin", layers: [...layers] }, overrides, ...(here && { here }) };
}

function override(id: string, person: string, times: { from: string; to: string; made?: string }): Override {
  const by = { id: "per_ada", name: "Ada" };
  const createdAt = at(times.made ?? "2026-01-01T00:00:00Z");
  return { id, person, from: at(times.from), to: at(times.to), reason: "a train", by, createdAt };
}

const who = (plan: Roster, text: string) => onCallAt(plan, at(text)).person;

test("the turn passes at nine on the wall, in winter and in summer", () => {
  const plan = roster([WEEKLY]);
  deepEqual(
    shifts(plan, at("2026-03-16T08:00:00Z"), at("2026-04-07T00:00:00Z")).map(({ person, from }) => [
      person,
      formatInstant(from),
    ]),
    [
      ["ada", "2026-03-16T08:00:00.000Z"],
      ["bo", "2026-03-23T08:00:00.000Z"],
      ["ada", "2026-03-30T07:00:00.000Z"],
      ["bo", "2026-04-06T07:00:00.000Z"],
    ],
  );
});

test("a hand-over in the hour that the clocks skip happens right after it", () => {
  const plan = roster([{ ...WEEKLY, every: { unit: "day", count: 1 }, handOverAt: "02:30" }]);
  // From 01:00 UTC the wall shows 03:00; half past two is half past three.
  equal(who(plan, "2026-03-29T01:29:00Z") === who(plan, "2026-03-29T01:30:00Z"), false);
  equal(who(plan, "2026-03-29T00:30:00Z"), who(plan, "2026-03-29T01:29:00Z"));
});

test("a hand-over in the hour that comes twice happens once", () => {
  const plan = roster([{ ...WEEKLY, every: { unit: "day", count: 1 }, handOverAt: "02:30" }]);
  const day = shifts(plan, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
  deepEqual(
    day.map(({ from }) => formatInstant(from)),
    ["2026-10-24T12:00:00.000Z", "2026-10-25T00:30:00.000Z"],
  );
});

test("an override wins for its time, the later made of two, and then the rotation goes on", () => {
  const plan = roster(
    [WEEKLY],
    [
      override("ovr_1", "cy", { from: "2026-03-17T10:00:00Z", to: "2026-03-17T14:00:00Z" }),
      override("ovr_2", "dee", {
        from: "2026-03-17T12:00:00Z",
        to: "2026-03-17T13:00:00Z",
        made: "2026-01-02T00:00:00Z",
      }),
    ],
  );
  deepEqual(
    shifts(plan, at("2026-03-17T09:00:00Z"), at("2026-03-17T15:00:00Z")).map(({ person, source }) => [person, source]),
    [
      ["ada", "rotation"],
      ["cy", "override"],
      ["dee", "override"],
      ["cy", "override"],
      ["ada", "rotation"],
    ],
  );
});

test("a later layer wins in its hours, and where no layer has hours there is a gap", () => {
  const office = { weekdays: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
  const plan = roster([{ ...WEEKLY, id: "office", only: office }]);
  equal(who(plan, "2026-03-20T15:00:00Z"), "ada");
  deepEqual(onCallAt(plan, at("2026-03-21T12:00:00Z")), { person: null, source: "gap", sourceId: "" });
  equal(nextShift(plan, at("2026-03-21T12:00:00Z"))?.person, "bo");
  const night = { weekdays: [5], from: "22:00", to: "06:00" };
  const both = roster([WEEKLY, { ...WEEKLY, id: "night", people: ["noor"], only: night }]);
  equal(who(both, "2026-03-20T22:00:00Z"), "noor");
  equal(who(both, "2026-03-21T04:00:00Z"), "noor", "Friday's night ends on Saturday");
  equal(who(both, "2026-03-21T22:00:00Z"), "ada");
});

test("before a rotation begins nobody is on call, and whoever has left is passed over", () => {
  const plan = roster([WEEKLY]);
  equal(who(plan, "2026-03-02T07:59:00Z"), null);
  equal(who(plan, "2026-03-02T08:00:00Z"), "ada");
  equal(who(roster([WEEKLY], [], new Set(["bo"])), "2026-03-02T08:00:00Z"), "bo");
  equal(who(roster([WEEKLY], [], new Set()), "2026-03-02T08:00:00Z"), null);
});

test("the next shift is somebody else's", () => {
  const plan = roster([WEEKLY]);
  const next = nextShift(plan, at("2026-03-17T12:00:00Z"));
  deepEqual([next?.person, next && formatInstant(next.from)], ["bo", "2026-03-23T08:00:00.000Z"]);
  equal(nextShift(roster([{ ...WEEKLY, people: ["ada"] }]), at("2026-03-17T12:00:00Z")), undefined);
});
