import type { Threshold } from "../thresholds/threshold.ts";

/** How far back (ms) the thresholds read each metric; 0 for one that is read at its present value only. */
export function metricWindows(thresholds: readonly Threshold[]): Map<string, number> {
  const windows = new Map<string, number>();
  const widen = (metric: string, windowMs: number) => windows.set(metric, Math.max(windows.get(metric) ?? 0, windowMs));
  for (const { expression, minimumTraffic } of thresholds) {
    if (expression.kind === "quantile") widen(`${expression.metric}_bucket`, expression.windowMs);
    else widen(expression.metric, expression.kind === "increase" ? expression.windowMs : 0);
    if (minimumTraffic !== undefined) widen(minimumTraffic.metric, minimumTraffic.windowMs);
  }
  return windows;
}
