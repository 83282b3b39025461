import type { Manifest } from "../manifest/manifest.ts";

/** A metric whose history is kept, added up over all series that have these labels. */
export interface ChartedMetric {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Under which name the chart's history holds it. */
export function chartName({ metric, labels }: ChartedMetric): string {
  const pairs = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
  const selector = pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",");
  return selector === "" ? `metric:${metric}` : `metric:${metric}{${selector}}`;
}

/** What panels and reports show of a system besides its thresholds, each once. */
export function chartedMetrics({ panels, reports }: Pick<Manifest, "panels" | "reports">): ChartedMetric[] {
  const shown = panels.flatMap(({ metric }) => (metric === undefined ? [] : [{ metric, labels: {} }]));
  const reported = reports.flatMap(({ sections }) =>
    sections.flatMap(({ figures }) => figures.flatMap(({ source }) => (source.kind === "metric" ? [source] : []))),
  );
  return [...new Map([...shown, ...reported].map((one) => [chartName(one), one])).values()];
}
