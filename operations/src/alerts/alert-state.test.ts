import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { alertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import { type Severity, threshold } from "../thresholds/threshold.ts";
import { type AlertState, advanceAlert, INACTIVE } from "./alert-state.ts";

const queue = threshold({
  id: "shop.queue",
  title: "Queue",
  unit: "count",
  expression: { kind: "gauge", metric: "queue_length", aggregate: "sum" },
  target: { op: "lte", value: 10 },
  levels: { warning: { op: "gt", value: 50 }, critical: { op: "gt", value: 100 } },
  forMs: 30_000,
  source: "test",
});

const at = (...levels: Severity[]): Reading => ({ kind: "value", value: 1, levels, onTarget: levels.length === 0 });
const UNKNOWN: Reading = { kind: "unknown", reason: "gone" };

function run(readings: readonly Reading[], keepFiringMs = 0): AlertState[] {
  const rule = alertRule({ name: "QUEUE", summary: "s", thresholds: ["shop.queue"], runbook: "queue", keepFiringMs });
  const states: AlertState[] = [];
  for (const [step, reading] of readings.entries()) {
    const readings = [{ threshold: queue, reading }];
    states.push(advanceAlert(states.at(-1) ?? INACTIVE, { rule, readings, now: step * 15_000 }));
  }
  return states;
}

const words = (states: readonly AlertState[]) =>
  states.map(({ state, severity }) => (severity ? `${state} ${severity}` : state));

test("a level must hold for its time before the alert fires, and ends at once", () => {
  deepEqual(words(run([at(), at("warning"), at("warning"), at("warning"), at(), at()])), [
    "inactive",
    "pending warning",
    "pending warning",
    "firing warning",
    "resolved",
    "inactive",
  ]);
});

test("a level that falls before its time never fires", () => {
  deepEqual(words(run([at("warning"), at("warning"), at(), at("warning"), at("warning")])), [
    "pending warning",
    "pending warning",
    "inactive",
    "pending warning",
    "pending warning",
  ]);
});

test("the alert rises to the more severe level once that one has held for its own time, and sinks with it", () => {
  const high = at("warning", "critical");
  deepEqual(words(run([at("warning"), high, high, high, at("warning"), at()])), [
    "pending warning",
    "pending critical",
    "firing warning",
    "firing critical",
    "firing warning",
    "resolved",
  ]);
});

test("a threshold that cannot be read keeps the alert where it was: not started, not advanced, not resolved", () => {
  const states = run([UNKNOWN, at("warning"), UNKNOWN, UNKNOWN, UNKNOWN, at("warning"), UNKNOWN, at()]);
  deepEqual(words(states), [
    "inactive",
    "pending warning",
    "pending warning",
    "pending warning",
    "pending warning",
    "firing warning",
    "firing warning",
    "resolved",
  ]);
  deepEqual(
    states.map(({ unknown }) => unknown),
    [true, false, true, true, true, false, true, false],
  );
});

test("too little traffic to judge counts as not holding", () => {
  const quiet: Reading = { kind: "quiet", reason: "BELOW_MINIMUM_TRAFFIC" };
  deepEqual(words(run([at("warning"), at("warning"), at("warning"), quiet])).at(-1), "resolved");
});

test("an alert that keeps firing outlives a gap shorter than that", () => {
  const held = [at("warning"), at("warning"), at("warning")];
  const gap = run([...held, at(), at(), at("warning"), at(), at(), at(), at()], 45_000);
  equal(
    gap.slice(2, 9).every(({ state }) => state === "firing"),
    true,
  );
  equal(gap.at(-1)?.state, "resolved");
});

test("one threshold that cannot be read does not hide another of the same alert", () => {
  const other = { ...queue, id: "shop.other" };
  const rule = alertRule({ name: "QUEUE", summary: "s", thresholds: ["shop.queue", "shop.other"], runbook: "q" });
  const step = (previous: AlertState, now: number) =>
    advanceAlert(previous, {
      rule,
      now,
      readings: [
        { threshold: queue, reading: UNKNOWN },
        { threshold: other, reading: at("critical") },
      ],
    });
  const last = step(step(step(INACTIVE, 0), 15_000), 30_000);
  deepEqual([last.state, last.severity, last.unknown], ["firing", "critical", true]);
});
