import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AlertRule } from "./alert-rule.ts";
import { type Comparison, SEVERITIES, type Severity, type Threshold } from "./threshold.ts";

export type Bound = "target" | Severity;

export interface ThresholdReference {
  readonly threshold: Threshold;
  readonly bound: Bound;
  readonly comparison: Comparison;
}

/** The thresholds and alert rules of one system, or of several joined. */
export interface ThresholdRegistry {
  readonly thresholds: readonly Threshold[];
  threshold(id: string): Threshold | undefined;
  /** Reads `coinhubx.http.errors.critical`: a threshold's id followed by `target` or a severity. */
  reference(text: string): Result<ThresholdReference, { code: "UNKNOWN_THRESHOLD" | "UNKNOWN_BOUND"; text: string }>;
  /** The rules that a threshold can set off. */
  rulesOf(thresholdId: string): readonly AlertRule[];
}

export function createThresholdRegistry(
  sources: readonly { readonly thresholds: readonly Threshold[]; readonly alertRules: readonly AlertRule[] }[],
): ThresholdRegistry {
  const thresholds = sources.flatMap((source) => source.thresholds);
  const byId = new Map(thresholds.map((threshold) => [threshold.id, threshold]));
  const rules = sources.flatMap((source) => source.alertRules);
  return {
    thresholds,
    threshold: (id) => byId.get(id),
    reference: (text) => {
      const dot = text.lastIndexOf(".");
      const threshold = byId.get(text.slice(0, dot));
      if (threshold === undefined) return refuse({ code: "UNKNOWN_THRESHOLD", text });
      const bound = text.slice(dot + 1);
      const comparison = isBound(bound) ? (bound === "target" ? threshold.target : threshold.levels[bound]) : undefined;
      if (comparison === undefined) return refuse({ code: "UNKNOWN_BOUND", text });
      return accept({ threshold, bound: bound as Bound, comparison });
    },
    rulesOf: (thresholdId) => rules.filter((rule) => rule.thresholds.includes(thresholdId)),
  };
}

function isBound(text: string): text is Bound {
  return text === "target" || (SEVERITIES as readonly string[]).includes(text);
}
