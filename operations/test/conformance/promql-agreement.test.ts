import { equal, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { SeriesStore } from "@assay/operations/metrics-history/series-store";
import { evaluatePromql } from "@assay/operations/promql/evaluate-promql";
import { isScalar } from "@assay/operations/promql/expression";
import { parsePromql } from "@assay/operations/promql/parse-promql";
import type { Sample } from "@assay/operations/promql/sample";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { Failure } from "@assay/primitives/failure";
import fc from "fast-check";
import { promtoolVersion } from "./promtool.ts";

const installed = await promtoolVersion();
const INTERVAL_MS = 15_000;

/** A value each 15 s; `null` is a scrape without the series. Counters reset, gauges fall, one series begins late, one ends. */
const SERIES: Readonly<Record<string, readonly (number | null)[]>> = {
  'requests_total{job="api",status="200"}': counter((step) => 3 + (step % 4)),
  'requests_total{job="api",status="500"}': counter((step) => (step % 5 === 0 ? 1 : 0), 25),
  'requests_total{job="web",status="200"}': counter((step) => step % 7),
  'requests_total{job="web",status="404"}': [...Array(20).fill(null), ...counter(() => 2).slice(0, 21)],
  'temperature{room="a"}': values((step) => 20 + (step % 9) - (step % 4)),
  'temperature{room="b"}': values((step) => -3 + step / 8),
  'queue{room="a"}': values((step) => step % 6),
  'queue{room="c"}': values((step) => (step > 30 ? null : 7)),
  'latency_bucket{job="api",le="0.1"}': counter(() => 2),
  'latency_bucket{job="api",le="0.5"}': counter(() => 5),
  'latency_bucket{job="api",le="+Inf"}': counter(() => 6),
  'latency_bucket{job="web",le="0.1"}': counter(() => 0),
  'latency_bucket{job="web",le="0.5"}': counter((step) => step % 2),
  'latency_bucket{job="web",le="+Inf"}': counter((step) => (step % 2) * 3),
  finished_at_seconds: values(() => 120),
};

function values(of: (step: number) => number | null): (number | null)[] {
  return Array.from({ length: 41 }, (_, step) => of(step));
}

function counter(growth: (step: number) => number, resetAt = 99): number[] {
  let total = 0;
  return Array.from({ length: 41 }, (_, step) => {
    total = step === resetAt ? 0 : total + growth(step);
    return total;
  });
}

const STATED = [
  "requests_total",
  'requests_total{status=~"5..|404"}',
  'requests_total{job!="api",status!~"4.."}',
  '{__name__="queue",room="a"}',
  "rate(requests_total[5m])",
  "increase(requests_total[2m])",
  "sum by (job) (rate(requests_total[3m]))",
  "sum without (status) (increase(requests_total[3m]))",
  "avg(temperature) by (room)",
  "max_over_time(temperature[2m]) - min_over_time(temperature[2m])",
  "avg_over_time(queue[90s])",
  "sum_over_time(queue[1m])",
  "count_over_time(queue[4m])",
  "count(requests_total)",
  "time() - finished_at_seconds",
  "-temperature",
  "2 ^ 3 ^ 2 - 7 % 4",
  "temperature > 20",
  "20 < temperature",
  "temperature > bool 20",
  "temperature == queue",
  "temperature - queue",
  "temperature > on (room) queue",
  "temperature > bool ignoring (floor) queue",
  "temperature and queue",
  "temperature or queue",
  "temperature unless on (room) queue",
  'sum(requests_total{status="500"}) / sum(requests_total)',
  "histogram_quantile(0.9, sum by (le, job) (rate(latency_bucket[5m])))",
  "histogram_quantile(0.5, latency_bucket)",
  'absent(nothing{a="b",c=~"d"})',
  "absent(queue)",
  "(sum(increase(requests_total[5m])) > 3) and on () (sum(queue) >= 1)",
  "0x1F / 1e1 + 2",
  "+temperature * -1e1 # a word",
];

const selector = fc.constantFrom(
  "temperature",
  "queue",
  'requests_total{job="api"}',
  "requests_total",
  'queue{room=~"a|c"}',
);
const { query } = fc.letrec<{ query: string; samples: string }>((tie) => ({
  samples: fc.oneof(
    { maxDepth: 3 },
    selector,
    fc
      .tuple(
        fc.constantFrom("rate", "increase", "avg_over_time", "max_over_time", "min_over_time", "sum_over_time"),
        selector,
        fc.constantFrom("45s", "2m", "5m"),
      )
      .map(([name, of, range]) => `${name}(${of}[${range}])`),
    fc
      .tuple(
        fc.constantFrom("sum", "min", "max", "avg", "count"),
        fc.constantFrom("", "by (job)", "by (room)", "without (status)", "without (room)"),
        tie("samples"),
      )
      .map(([name, grouping, of]) => `${name} ${grouping} (${of})`),
    fc
      .tuple(
        tie("samples"),
        fc.constantFrom(
          "+",
          "-",
          "*",
          ">",
          "<=",
          "!= bool",
          "and",
          "or",
          "unless",
          "and on ()",
          "- on (room)",
          "> ignoring (status)",
        ),
        tie("samples"),
      )
      .map(([left, op, right]) => `(${left}) ${op} (${right})`),
    fc
      .tuple(
        tie("samples"),
        fc.constantFrom("+", "/", "%", "> bool", "<", "=="),
        fc.constantFrom("2", "-3", "0.5", "time()"),
      )
      .map(([left, op, right]) => `(${left}) ${op} ${right}`),
    tie("samples").map((of) => `-(${of})`),
  ),
  query: fc.oneof(
    tie("samples"),
    tie("samples").map((of) => `absent(${of})`),
  ),
}));

interface Case {
  readonly promql: string;
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

/** What the plane says; undefined where it refuses, or where a value has no exact text. */
function answer(promql: string, atMs: number): Case | undefined {
  const parsed = parsePromql(promql);
  ok(parsed.ok, `${promql}: ${!parsed.ok && parsed.refusal.message}`);
  try {
    const samples = evaluatePromql(parsed.value, { series: seriesAt(atMs), now: atMs });
    if (samples.some(({ value }) => !Number.isFinite(value) || Math.abs(value) > 1e9)) return undefined;
    const wrapped = isScalar(parsed.value) ? `vector(${promql}\n)` : promql;
    return { promql: `round((${wrapped}\n), 0.0001)`, atMs, samples: samples.map(rounded) };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

// As promtool rounds, so that doubles added in another order are the same.
function rounded({ labels: { __name__: _, ...labels }, value }: Sample): Sample {
  return { labels, value: Math.floor(value * 10_000 + 0.5) / 10_000 };
}

function seriesAt(untilMs: number): SeriesStore {
  const windows = new Map(Object.keys(SERIES).map((series) => [series.split("{")[0]!, 600_000]));
  const store = new SeriesStore({ maxSeries: 100, maxSamplesPerSeries: 100, windows });
  for (const [series, all] of Object.entries(SERIES))
    for (const [step, value] of all.entries())
      if (step * INTERVAL_MS <= untilMs && value !== null) store.record(series, step * INTERVAL_MS, value);
  return store;
}

async function promtool(folder: string, cases: readonly Case[]): Promise<string> {
  const file = join(folder, "test.yaml");
  const input_series = Object.entries(SERIES).map(([series, all]) => ({
    series,
    values: all.map((value) => value ?? "_").join(" "),
  }));
  const promql_expr_test = cases.map(({ promql, atMs, samples }) => ({
    expr: promql,
    eval_time: `${atMs}ms`,
    exp_samples: samples.map(({ labels, value }) => ({ labels: labelText(labels), value })),
  }));
  const tests = [{ interval: `${INTERVAL_MS}ms`, input_series, promql_expr_test }];
  await writeFile(file, JSON.stringify({ evaluation_interval: "15s", tests }));
  const options = { timeout: 120_000, maxBuffer: 16 * 1024 * 1024 };
  const done = await promisify(execFile)("promtool", ["test", "rules", file], options).catch((error) => error);
  return `${done.stdout}${done.stderr}`;
}

function labelText(labels: Sample["labels"]): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}}`;
}

const skip = "missing" in installed ? installed.missing : false;

test("what the plane answers by itself is what Prometheus answers on the same series", { skip }, async () => {
  await using folder = await temporaryFolder();
  const stated = STATED.flatMap((promql) => [300_000, 487_000].map((atMs) => answer(promql, atMs)));
  equal(stated.filter((one) => one === undefined).length, 0);
  const made = fc.sample(query, { seed: 20_260, numRuns: 400 }).map((promql) => answer(promql, 600_000));
  const cases = [...stated, ...made].filter((one) => one !== undefined);
  ok(cases.length > 300, `${cases.length} queries`);
  const output = await promtool(folder.path, cases);
  ok(output.includes("SUCCESS") && !output.includes("FAILED"), output.slice(0, 6_000));
});
