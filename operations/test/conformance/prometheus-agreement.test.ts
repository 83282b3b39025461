import { equal, match } from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { seededRandom } from "@assay/platform/random/random";
import { type AlertState, advanceAlert, INACTIVE } from "../../src/alerts/alert-state.ts";
import { metricWindows } from "../../src/metrics-history/metric-windows.ts";
import { SeriesStore } from "../../src/metrics-history/series-store.ts";
import { alertRule } from "../../src/thresholds/alert-rule.ts";
import { evaluateExpression } from "../../src/thresholds/evaluate-expression.ts";
import { prometheusRules } from "../../src/thresholds/prometheus-rules.ts";
import { toPromql } from "../../src/thresholds/promql.ts";
import { readThreshold } from "../../src/thresholds/reading.ts";
import { type Threshold, threshold } from "../../src/thresholds/threshold.ts";
import { thresholdSentence } from "../../src/thresholds/threshold-sentence.ts";
import { promtoolVersion, runPromtool, type Scenario, type ScenarioSeries } from "./promtool.ts";

const STEP_MS = 15_000;
const STEPS = 80;
const MINUTE = 60_000;

const thresholds: readonly Threshold[] = [
  threshold({
    id: "shop.http.errors",
    title: "Errors",
    unit: "count",
    expression: { kind: "increase", metric: "errors_total", windowMs: 5 * MINUTE },
    target: { op: "lte", value: 0 },
    levels: { high: { op: "gte", value: 10 }, critical: { op: "gt", value: 50 } },
    forMs: 0,
    source: "test",
  }),
  threshold({
    id: "shop.http.p99",
    title: "Latency",
    unit: "ms",
    expression: { kind: "quantile", metric: "duration_ms", quantile: 0.99, windowMs: 5 * MINUTE },
    target: { op: "lte", value: 500 },
    levels: { warning: { op: "gt", value: 700 }, critical: { op: "gt", value: 1_500 } },
    forMs: MINUTE,
    minimumTraffic: { metric: "duration_ms_count", windowMs: 5 * MINUTE, count: 100 },
    source: "test",
  }),
  threshold({
    id: "shop.queue",
    title: "Queue",
    unit: "count",
    expression: { kind: "gauge", metric: "queue_length", labels: { kind: "mail" }, aggregate: "sum" },
    target: { op: "lte", value: 10 },
    levels: { info: { op: "gt", value: 20 }, warning: { op: "gt", value: 50 } },
    forMs: 2 * MINUTE,
    source: "test",
  }),
  threshold({
    id: "shop.leader",
    title: "Leader",
    unit: "bool",
    expression: { kind: "gauge", metric: "leader", aggregate: "min", inner: "max", innerBy: ["market"] },
    target: { op: "gte", value: 1 },
    levels: { critical: { op: "lt", value: 1 } },
    forMs: 30_000,
    source: "test",
  }),
  threshold({
    id: "shop.backup.age",
    title: "Age",
    unit: "s",
    expression: { kind: "age", metric: "backup_timestamp_seconds" },
    target: { op: "lte", value: 60 },
    levels: { warning: { op: "gt", value: 180 }, critical: { op: "gt", value: 400 } },
    forMs: 0,
    source: "test",
  }),
];

const alertRules = [
  alertRule({ name: "ERRORS", summary: "Errors {{ here }}", thresholds: ["shop.http.errors"], runbook: "errors" }),
  alertRule({ name: "SLOW", summary: "Slow", thresholds: ["shop.http.p99"], runbook: "slow" }),
  alertRule({
    name: "QUEUE_OR_LEADER",
    summary: "Queue",
    thresholds: ["shop.queue", "shop.leader"],
    runbook: "queue",
    keepFiringMs: 90_000,
    coolDownMs: 5 * MINUTE,
    group: "stock",
    groupWaitMs: 30_000,
    labels: { team: "stock {{ not a template }}", severity: "ours" },
  }),
  alertRule({ name: "BACKUP_STALE", summary: "Old", thresholds: ["shop.backup.age"], runbook: "backup" }),
];

test("promtool accepts the generated rules and finds the verdicts of the built-in evaluator", async (context) => {
  const version = await usablePromtool(context);
  if (version === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "promtool-"));
  try {
    const scenarios = Array.from({ length: 8 }, (_, seed) => scenario(livelySeries(seed)));
    const firing = scenarios.flatMap(({ alerts }) => alerts).filter(({ firing }) => firing.length > 0).length;
    equal(firing > 50, true, `the scenarios make alerts fire: ${firing}`);
    const rules = prometheusRules([{ system: "shop", thresholds, alertRules }], STEP_MS);
    match(await runPromtool(folder, rules, scenarios), /SUCCESS: 9 rules found[\s\S]*SUCCESS/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("promtool sees the same values and the same absences when series vanish and come back", async (context) => {
  const version = await usablePromtool(context);
  if (version === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "promtool-"));
  try {
    const rules = prometheusRules([{ system: "shop", thresholds, alertRules: [] }], STEP_MS);
    // Without alert rules there is nothing to differ on but values: an absent series keeps our alert and ends Prometheus'.
    const scenarios = Array.from({ length: 8 }, (_, seed) => ({ ...scenario(gappySeries(seed)), alerts: [] }));
    const absent = scenarios
      .flatMap(({ expressions }) => expressions)
      .filter(({ value }) => value === undefined).length;
    equal(absent > 5, true, `the scenarios have absences: ${absent}`);
    match(await runPromtool(folder, rules, scenarios), /SUCCESS/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function usablePromtool(context: TestContext): Promise<string | undefined> {
  const found = await promtoolVersion();
  if ("version" in found && found.version.startsWith("2.")) return found.version;
  const reason =
    "missing" in found ? found.missing : `promtool ${found.version} has other window edges than Prometheus 2`;
  equal(process.env.CI === "true", false, reason);
  context.skip(reason);
  return undefined;
}

/** What the built-in evaluator says of the series, at every step for alerts and at every fifth for values. */
function scenario(series: readonly ScenarioSeries[]): Scenario {
  const store = new SeriesStore({ windows: metricWindows(thresholds), maxSeries: 100, maxSamplesPerSeries: 1_000 });
  const states = new Map<string, AlertState>(alertRules.map(({ name }) => [name, INACTIVE]));
  const alerts: Scenario["alerts"][number][] = [];
  const expressions: Scenario["expressions"][number][] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const now = step * STEP_MS;
    for (const { series: name, values } of series) {
      const value = values[step];
      if (value !== undefined && value !== null) store.record(name, now, value === "stale" ? Number.NaN : value);
    }
    for (const rule of alertRules) {
      const readings = thresholds
        .filter(({ id }) => rule.thresholds.includes(id))
        .map((one) => ({ threshold: one, reading: readThreshold(one, store, now) }));
      const next = advanceAlert(states.get(rule.name)!, { rule, readings, now });
      states.set(rule.name, next);
      alerts.push({ atMs: now, alert: rule.name, firing: expectedAlerts(rule.name, next) });
    }
    if (step % 5 === 0) expressions.push(...valuesAt(store, now));
  }
  return { intervalMs: STEP_MS, series, alerts, expressions };
}

function valuesAt(store: SeriesStore, now: number): Scenario["expressions"][number][] {
  return thresholds.map(({ expression }) => {
    const evaluation = evaluateExpression(expression, store, now);
    const promql = toPromql(expression);
    if (evaluation.kind === "value") return { atMs: now, promql, value: evaluation.value };
    // PromQL says "nothing observed" as NaN, which equals nothing.
    return { atMs: now, promql: `(${promql}) == (${promql})`, value: undefined };
  });
}

function expectedAlerts(name: string, state: AlertState) {
  const rule = alertRules.find((candidate) => candidate.name === name)!;
  return state.conditions
    .filter(({ firing }) => firing)
    .map(({ threshold: id, severity }) => ({
      labels: {
        ...rule.labels,
        ...(rule.group === undefined ? {} : { group: rule.group }),
        ...{ system: "shop", severity, threshold: id },
      },
      annotations: {
        summary: rule.summary,
        description: thresholdSentence(thresholds.find((one) => one.id === id)!),
        runbook: rule.runbook,
      },
    }));
}

/** Series that are always there: counters with resets, gauges that jump, a histogram whose latency shifts. */
function livelySeries(seed: number): ScenarioSeries[] {
  const random = seededRandom(seed);
  const steps = Array.from({ length: STEPS }, (_, step) => step);
  const counter = (chance: number, most: number) => {
    let value = random.integer(5);
    return steps.map(() => {
      if (random.integer(25) === 0) value = 0;
      if (random.integer(chance) === 0) value += random.integer(most);
      return value;
    });
  };
  const gauge = (values: readonly number[]) => {
    let value = values[0]!;
    return steps.map(() => {
      if (random.integer(12) === 0) value = values[random.integer(values.length)]!;
      return value;
    });
  };
  return [
    { series: 'errors_total{route="/a"}', values: counter(6, 12) },
    { series: 'errors_total{route="/b"}', values: counter(9, 30) },
    ...histogram(random, steps),
    { series: 'queue_length{kind="mail",service="a"}', values: gauge([0, 15, 40]) },
    { series: 'queue_length{kind="mail",service="b"}', values: gauge([0, 12, 30]) },
    { series: 'queue_length{kind="other",service="b"}', values: gauge([900, 0]) },
    { series: 'leader{market="x",service="a"}', values: gauge([1, 0]) },
    { series: 'leader{market="x",service="b"}', values: gauge([0, 1]) },
    { series: 'leader{market="y",service="a"}', values: gauge([1, 1, 0]) },
    { series: "backup_timestamp_seconds", values: steps.map((step) => Math.floor(step / (10 + seed * 5)) * 150) },
  ];
}

function histogram(random: ReturnType<typeof seededRandom>, steps: readonly number[]): ScenarioSeries[] {
  const bounds = [100, 500, 1_000, 2_000, Number.POSITIVE_INFINITY];
  const rows = bounds.map(() => [] as number[]);
  const counts = bounds.map(() => 0);
  let slowest = 2;
  for (const _ of steps) {
    if (random.integer(10) === 0) slowest = 1 + random.integer(bounds.length);
    for (let seen = random.integer(20); seen > 0; seen -= 1) counts[random.integer(slowest)]! += 1;
    let below = 0;
    bounds.forEach((_bound, index) => {
      below += counts[index]!;
      rows[index]!.push(below);
    });
  }
  const buckets = bounds.map((bound, index) => ({
    series: `duration_ms_bucket{le="${bound === Number.POSITIVE_INFINITY ? "+Inf" : bound}"}`,
    values: rows[index]!,
  }));
  return [...buckets, { series: "duration_ms_count", values: rows.at(-1)! }];
}

/** The lively series, with missed scrapes and with ends. */
function gappySeries(seed: number): ScenarioSeries[] {
  const random = seededRandom(1_000 + seed);
  return livelySeries(seed).map(({ series, values }) => {
    let gone = false;
    return {
      series,
      values: values.map((value) => {
        if (random.integer(30) === 0) {
          gone = !gone;
          if (gone) return "stale";
        }
        return gone || random.integer(8) === 0 ? null : value;
      }),
    };
  });
}
