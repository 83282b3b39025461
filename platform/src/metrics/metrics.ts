import { assert } from "@assay/primitives/assert";
import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from "prom-client";
import { type Clock, systemClock } from "../clock/clock.ts";
import { Distribution } from "./distribution.ts";
import { LabelSeries, type Labels, labelCombinations } from "./label-series.ts";
import { type MetricsJson, metricsJson } from "./metrics-json.ts";
import { addProcessMetrics } from "./process-metrics.ts";

export interface CounterOptions<Name extends string = never> {
  /** Ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Name[];
  /** The values known beforehand, per label: each combination exists at 0 from the first scrape. */
  readonly labelValues?: Readonly<Record<Name, readonly string[]>>;
}

export interface Counter<Name extends string = never> {
  /** Adds `by`, default 1. */
  increment(labels?: Labels<Name>, by?: number): void;
}

/** What a gauge reads at a scrape; `undefined` is unknown, and then the gauge is absent. */
export type GaugeReading<Name extends string> =
  | number
  | undefined
  | readonly { readonly labels: Labels<Name>; readonly value: number }[];

export interface GaugeOptions<Name extends string = never> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Name[];
  /**
   * Read at each scrape, within 2 s. Unknown, an error or silence makes the gauge absent, never stale; so does not
   * having been set.
   */
  readonly read?: () => GaugeReading<Name> | Promise<GaugeReading<Name>>;
}

export interface Gauge<Name extends string = never> {
  set(value: number, labels?: Labels<Name>): void;
  /** Makes the gauge, or the one series, absent: the value is no longer known. */
  remove(labels?: Labels<Name>): void;
}

export interface HistogramOptions<Name extends string = never> {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, growing, in the unit of the name. */
  readonly buckets: readonly number[];
  readonly labels?: readonly Name[];
}

export interface Histogram<Name extends string = never> {
  observe(value: number, labels?: Labels<Name>): void;
}

/**
 * The numbers of one process. Names are snake_case with the unit last. A bad name, one used twice, or labels other than
 * the declared ones are broken invariants.
 */
export interface Metrics {
  counter<const Name extends string = never>(options: CounterOptions<Name>): Counter<Name>;
  gauge<const Name extends string = never>(options: GaugeOptions<Name>): Gauge<Name>;
  histogram<const Name extends string = never>(options: HistogramOptions<Name>): Histogram<Name>;
  /** Prometheus text format 0.0.4. */
  text(): Promise<string>;
  json(): Promise<MetricsJson>;
}

export const METRICS_TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Buckets for durations in milliseconds, from 1 ms to 1 min. */
export const DURATION_BUCKETS_MS = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000,
] as const;

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const READ_TIMEOUT_MS = 2_000;

interface Inside {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly distributions: Map<string, Distribution>;
}

/** Starts with the numbers of the process itself: memory, CPU time, start time, event loop. */
export function createMetrics(options: { readonly service: string; readonly clock?: Clock }): Metrics {
  const { service, clock = systemClock } = options;
  const inside: Inside = { registry: new Registry(), clock, distributions: new Map() };
  const metrics: Metrics = {
    counter: (counterOptions) => createCounter(inside, counterOptions),
    gauge: (gaugeOptions) => createGauge(inside, gaugeOptions),
    histogram: (histogramOptions) => createHistogram(inside, histogramOptions),
    text: () => inside.registry.metrics(),
    json: async () => metricsJson(await inside.registry.getMetricsAsJSON(), inside.distributions),
  };
  addProcessMetrics(metrics, service);
  return metrics;
}

function createCounter<Name extends string>(inside: Inside, options: CounterOptions<Name>): Counter<Name> {
  const { name, labelValues } = options;
  const described = describe(inside, options);
  assert(name.endsWith("_total"), `the counter ${name} ends in _total`);
  const series = new LabelSeries(name, described.labelNames);
  const counter = new PromCounter<string>(described);
  if (labelValues !== undefined)
    for (const known of labelCombinations(labelValues)) counter.inc(series.admit(known), 0);
  return {
    increment(labels, by = 1) {
      assert(by >= 0, `the counter ${name} never falls`);
      counter.inc(series.admit(labels), by);
    },
  };
}

function createGauge<Name extends string>(inside: Inside, options: GaugeOptions<Name>): Gauge<Name> {
  const { name, read } = options;
  const described = describe(inside, options);
  const series = new LabelSeries(name, described.labelNames);
  const collect = async () => {
    if (read !== undefined) replaceSeries(gauge, await readInTime(read, inside.clock));
  };
  const gauge = new PromGauge<string>({ ...described, collect });
  gauge.remove({});
  return {
    set: (value, labels) => gauge.set(series.admit(labels), value),
    remove(labels) {
      const admitted = series.admit(labels);
      gauge.remove(admitted);
      series.forget(admitted);
    },
  };
}

function createHistogram<Name extends string>(inside: Inside, options: HistogramOptions<Name>): Histogram<Name> {
  const { name, buckets } = options;
  const described = describe(inside, options);
  assert(isGrowing(buckets), `the buckets of ${name} grow`);
  const series = new LabelSeries(name, described.labelNames);
  const distribution = new Distribution();
  inside.distributions.set(name, distribution);
  const histogram = new PromHistogram<string>({ ...described, buckets: [...buckets] });
  return {
    observe(value, labels) {
      histogram.observe(series.admit(labels), value);
      distribution.add(value);
    },
  };
}

function describe(inside: Inside, options: CounterOptions<string> | GaugeOptions<string> | HistogramOptions<string>) {
  const { name, help, labels = [] } = options;
  checkName(inside.registry, name, labels);
  return { name, help, labelNames: [...labels], registers: [inside.registry] };
}

function checkName(registry: Registry, name: string, labels: readonly string[]): void {
  assert(NAME.test(name), `${name} is a metric name in snake_case`);
  assert(registry.getSingleMetric(name) === undefined, `${name} is registered once`);
  const goodLabels = labels.every((label) => NAME.test(label) && label !== "le");
  assert(goodLabels && new Set(labels).size === labels.length, `the labels of ${name} are distinct names`);
}

function isGrowing(buckets: readonly number[]): boolean {
  return buckets.length > 0 && buckets.every((bound, index) => index === 0 || bound > buckets[index - 1]!);
}

async function readInTime<Name extends string>(
  read: NonNullable<GaugeOptions<Name>["read"]>,
  clock: Clock,
): Promise<GaugeReading<Name>> {
  const done = new AbortController();
  const late = clock.sleep(READ_TIMEOUT_MS, { signal: done.signal }).catch(() => undefined);
  try {
    return await Promise.race([read(), late as Promise<undefined>]);
  } catch {
    return undefined;
  } finally {
    done.abort();
  }
}

function replaceSeries(gauge: PromGauge<string>, reading: GaugeReading<string>): void {
  gauge.reset();
  gauge.remove({});
  if (typeof reading === "number") gauge.set(reading);
  else for (const { labels, value } of reading ?? []) gauge.set(labels, value);
}
