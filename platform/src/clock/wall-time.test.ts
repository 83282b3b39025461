import { equal } from "node:assert/strict";
import { test } from "node:test";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import { addDays, daysBetween, instantAt, isTimeZone, lastDayOfMonth, wallTime } from "./wall-time.ts";

const at = (date: string, time: string, zone: string) => formatInstant(instantAt({ date, time, zone }));

test("nine in the morning is another instant in summer than in winter", () => {
  equal(at("2026-01-15", "09:00", "Europe/Berlin"), "2026-01-15T08:00:00.000Z");
  equal(at("2026-07-15", "09:00", "Europe/Berlin"), "2026-07-15T07:00:00.000Z");
});

test("a time that the clocks skip is taken after the gap, one that comes twice the first time", () => {
  equal(at("2026-03-29", "02:30", "Europe/Berlin"), "2026-03-29T01:30:00.000Z");
  equal(at("2026-10-25", "02:30", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
});

test("an instant is read as the zone's clock and calendar show it", () => {
  const read = wallTime(toInstant(Date.parse("2026-11-22T23:30:00Z")), "Asia/Tokyo");
  equal(JSON.stringify(read), '{"date":"2026-11-23","time":"08:30","weekday":1,"dayOfMonth":23}');
});

test("days are counted on the calendar, not by 24 hours", () => {
  equal(addDays("2026-03-28", 1), "2026-03-29");
  equal(daysBetween("2026-03-28", "2026-04-02"), 5);
  equal(daysBetween("2026-04-02", "2026-03-28"), -5);
  equal(lastDayOfMonth("2028-02-03"), 29);
});

test("only zones this machine knows are zones", () => {
  equal(isTimeZone("Europe/Berlin"), true);
  equal(isTimeZone("UTC"), true);
  equal(isTimeZone("Mars/Olympus"), false);
  equal(isTimeZone(""), false);
});
