import type { MetricObjectWithValues, MetricValue } from "prom-client";
import type { Distribution, DistributionSummary } from "./distribution.ts";

/** Series with labels are named `name{label="value"}`, as in a query. */
export interface MetricsJson {
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
  /** Since the process started, over all label sets. */
  readonly histograms: Readonly<Record<string, DistributionSummary>>;
  /** By metric, then by series. */
  readonly labeled_counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

type MetricWithValues = MetricObjectWithValues<MetricValue<string>>;

export function metricsJson(
  metrics: readonly MetricWithValues[],
  distributions: ReadonlyMap<string, Distribution>,
): MetricsJson {
  const json = {
    counters: {} as Record<string, number>,
    gauges: {} as Record<string, number>,
    histograms: {} as Record<string, DistributionSummary>,
    labeled_counters: {} as Record<string, Record<string, number>>,
  };
  for (const metric of metrics) {
    const { name, values } = metric;
    // prom-client's types say enum; at run time the type is the word.
    const kind = String(metric.type);
    if (kind === "histogram") json.histograms[name] = distributions.get(name)!.summary();
    else if (kind === "gauge") Object.assign(json.gauges, seriesOf(name, values));
    else if (values.every(({ labels }) => Object.keys(labels).length === 0))
      json.counters[name] = values[0]?.value ?? 0;
    else json.labeled_counters[name] = seriesOf(name, values);
  }
  return json;
}

function seriesOf(name: string, values: readonly MetricValue<string>[]): Record<string, number> {
  return Object.fromEntries(values.map(({ labels, value }) => [seriesName(name, labels), value]));
}

function seriesName(name: string, labels: MetricValue<string>["labels"]): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(String(value))}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}
