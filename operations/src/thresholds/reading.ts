import { evaluateExpression, totalIncrease } from "./evaluate-expression.ts";
import type { SeriesReader } from "./series-reader.ts";
import { holds, SEVERITIES, type Severity, type Threshold } from "./threshold.ts";

/** A threshold looked at once. Unknown is never green, and never an alarm by itself: it keeps what was. */
export type Reading =
  | {
      readonly kind: "value";
      readonly value: number;
      /** The levels whose bound holds, mild to severe. */
      readonly levels: readonly Severity[];
      readonly onTarget: boolean;
    }
  /** Too little happened to judge. */
  | { readonly kind: "quiet"; readonly reason: "BELOW_MINIMUM_TRAFFIC" | "NOTHING_OBSERVED"; readonly value?: number }
  | { readonly kind: "unknown"; readonly reason: string };

/** Judges `threshold` over the samples until `now` (ms). */
export function readThreshold(threshold: Threshold, reader: SeriesReader, now: number): Reading {
  const evaluation = evaluateExpression(threshold.expression, reader, now);
  if (evaluation.kind === "absent") return absent(evaluation.metric);
  const traffic = trafficOf(threshold, reader, now);
  if (traffic === "absent") return absent(threshold.minimumTraffic!.metric);
  if (evaluation.kind === "nothing-observed") return { kind: "quiet", reason: "NOTHING_OBSERVED" };
  const { value } = evaluation;
  if (traffic === "low") return { kind: "quiet", reason: "BELOW_MINIMUM_TRAFFIC", value };
  const levels = SEVERITIES.filter((severity) => {
    const bound = threshold.levels[severity];
    return bound !== undefined && holds(bound, value);
  });
  return { kind: "value", value, levels, onTarget: holds(threshold.target, value) };
}

function absent(metric: string): Reading {
  return { kind: "unknown", reason: `${metric} has no current value` };
}

function trafficOf(threshold: Threshold, reader: SeriesReader, now: number): "enough" | "low" | "absent" {
  const { minimumTraffic } = threshold;
  if (minimumTraffic === undefined) return "enough";
  const events = totalIncrease(reader.select(minimumTraffic.metric, {}), minimumTraffic.windowMs, now);
  if (events === undefined) return "absent";
  return events >= minimumTraffic.count ? "enough" : "low";
}
