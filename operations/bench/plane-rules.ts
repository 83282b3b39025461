import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { assert } from "@assay/primitives/assert";
import { toInstant } from "@assay/primitives/instant";
import { alertRound } from "../src/alerts/alert-round.ts";
import { metricWindows } from "../src/metrics-history/metric-windows.ts";
import { SeriesStore } from "../src/metrics-history/series-store.ts";
import { alertRule } from "../src/thresholds/alert-rule.ts";
import { prometheusRules } from "../src/thresholds/prometheus-rules.ts";
import { readThreshold } from "../src/thresholds/reading.ts";
import { type Threshold, threshold } from "../src/thresholds/threshold.ts";
import { promtoolVersion, runPromtool } from "../test/conformance/promtool.ts";

// One evaluation of 10,000 alert rules over windows of five minutes scraped each 15 s, against Prometheus' own rule
// manager on the same rules and series: promtool's run over 21 evaluations, less its run over one.

const METRICS = 500;
const STEP_MS = 15_000;
const WINDOW_MS = 300_000;
const STEPS = 21;
/** A plane has evaluated before; the median of these is one that is warm. */
const EVALUATIONS = 15;

interface BenchOptions {
  readonly rounds: number;
  readonly quick?: boolean;
}

export async function bench({ rounds, quick = false }: BenchOptions): Promise<BenchResult[]> {
  const count = quick ? 1_000 : 10_000;
  const thresholds = Array.from({ length: count }, (_, index) => declare(index));
  const rules = thresholds.map(({ id }, index) =>
    alertRule({ name: `RULE_${index}`, summary: "s", thresholds: [id], runbook: "r" }),
  );
  const store = filledStore(thresholds);
  const ours: number[] = [];
  const theirs: number[] = [];
  const hasPromtool = "version" in (await promtoolVersion());
  for (let round = 0; round < rounds; round += 1) {
    ours.push(median(Array.from({ length: EVALUATIONS }, () => evaluate(store, { thresholds, rules }))));
    // Half a minute each: once is enough to compare with.
    if (hasPromtool && round === 0) theirs.push(await promtoolEvaluation({ thresholds, rules }));
  }
  const peer = hasPromtool ? "Prometheus' rule manager, through promtool" : "promtool is not installed";
  const what = `one evaluation of ${count.toLocaleString("en-US")} alert rules`;
  return [
    {
      id: "Plane",
      what,
      unit: "ms",
      ours,
      peer,
      theirs,
      ratio: hasPromtool ? median(theirs) / median(ours) : 0,
      bound: { of: "median", below: 200 },
    },
  ];
}

interface Declared {
  readonly thresholds: readonly Threshold[];
  readonly rules: readonly ReturnType<typeof alertRule>[];
}

function declare(index: number): Threshold {
  const metric = `m${index % METRICS}_total`;
  return threshold({
    id: `bench.r${index}`,
    title: "t",
    unit: "count",
    expression:
      index % 2 === 0 ? { kind: "increase", metric, windowMs: WINDOW_MS } : { kind: "gauge", metric, aggregate: "sum" },
    target: { op: "lte", value: 0 },
    levels: { critical: { op: "gt", value: 1e9 } },
    forMs: 0,
    source: "bench",
  });
}

function filledStore(thresholds: readonly Threshold[]): SeriesStore {
  const store = new SeriesStore({ windows: metricWindows(thresholds), maxSeries: 10_000, maxSamplesPerSeries: 1_000 });
  for (let step = 0; step <= STEPS; step += 1)
    for (let metric = 0; metric < METRICS; metric += 1) store.record(`m${metric}_total`, step * STEP_MS, step * metric);
  return store;
}

function evaluate(store: SeriesStore, { thresholds, rules }: Declared): number {
  const now = toInstant(STEPS * STEP_MS);
  const started = performance.now();
  const readings = new Map(thresholds.map((one) => [one.id, readThreshold(one, store, now)] as const));
  const byId = new Map(thresholds.map((one) => [one.id, one] as const));
  const changes = alertRound({
    ...{ system: "bench", rules, thresholds: byId, readings, now },
    current: new Map(),
    newId: () => "alr",
  });
  assert(changes.length === 0, "no rule of the benchmark fires");
  return performance.now() - started;
}

async function promtoolEvaluation(declared: Declared): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "bench-promtool-"));
  try {
    const sources = [{ system: "bench", thresholds: declared.thresholds, alertRules: declared.rules }];
    const text = prometheusRules(sources, STEP_MS);
    const short = await timed(folder, text, 1);
    const long = await timed(folder, text, STEPS);
    return (long - short) / (STEPS - 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(folder: string, rules: string, steps: number): Promise<number> {
  const series = Array.from({ length: METRICS }, (_, metric) => ({
    series: `m${metric}_total`,
    values: Array.from({ length: STEPS + 1 }, (_unused, step) => step * metric),
  }));
  const atMs = steps * STEP_MS;
  const started = performance.now();
  const alerts = [{ atMs, alert: "RULE_0", firing: [] }];
  await runPromtool(folder, rules, [{ intervalMs: STEP_MS, series, alerts, expressions: [] }]);
  return performance.now() - started;
}
