import type { Manifest } from "../manifest/manifest.ts";
import type { Comparison, Threshold } from "../thresholds/threshold.ts";
import { createThresholdRegistry } from "../thresholds/threshold-registry.ts";

/** The bound named `coinhubx.http.p99.target`; undefined when the registry has no such threshold or level. */
export function thresholdBound(
  manifest: Pick<Manifest, "thresholds" | "alertRules">,
  name: string,
): Comparison | undefined {
  const reference = createThresholdRegistry([manifest]).reference(name);
  return reference.ok ? reference.value.comparison : undefined;
}

/** The metrics that thresholds compare: a number next to one of them belongs into the registry. */
export function registeredMetrics(thresholds: readonly Threshold[]): ReadonlySet<string> {
  return new Set(thresholds.flatMap((threshold) => [threshold.id, threshold.expression.metric]));
}
