import type { Comparison, Severity, Threshold } from "../thresholds/threshold.ts";

const LEVELS = ["target", "info", "warning", "high", "critical"] as const;

/** The bound named `coinhubx.http.p99.target`; undefined when the registry has no such threshold or level. */
export function thresholdBound(thresholds: readonly Threshold[], name: string): Comparison | undefined {
  const split = name.lastIndexOf(".");
  const level = LEVELS.find((known) => known === name.slice(split + 1));
  const threshold = thresholds.find((candidate) => candidate.id === name.slice(0, split));
  if (level === undefined || threshold === undefined) return undefined;
  return level === "target" ? threshold.target : threshold.levels[level as Severity];
}

/** The metrics that thresholds compare: a number next to one of them belongs into the registry. */
export function registeredMetrics(thresholds: readonly Threshold[]): ReadonlySet<string> {
  return new Set(thresholds.flatMap((threshold) => [threshold.id, threshold.expression.metric]));
}
