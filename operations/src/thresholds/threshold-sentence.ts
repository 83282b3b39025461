import { duration, OPERATORS } from "./promql.ts";
import { type Comparison, type Expression, SEVERITIES, type Threshold } from "./threshold.ts";

/**
 * The threshold as people read it in a runbook and under a chart:
 * "Errors answered (increase of http_errors_total over 5m): target ≤ 0; high ≥ 10, critical > 50."
 */
export function thresholdSentence(threshold: Threshold): string {
  const levels = SEVERITIES.flatMap((severity) => {
    const bound = threshold.levels[severity];
    return bound === undefined ? [] : [`${severity} ${boundWords(bound, threshold.unit)}`];
  });
  const held = threshold.forMs === 0 ? "" : ` for ${duration(threshold.forMs)}`;
  const traffic = threshold.minimumTraffic;
  const guard =
    traffic === undefined
      ? ""
      : `; not judged below ${traffic.count} events (${traffic.metric}) in ${duration(traffic.windowMs)}`;
  const alarms = levels.length === 0 ? "" : `; ${levels.join(", ")}${held}`;
  return `${threshold.title} (${source(threshold.expression)}): target ${boundWords(threshold.target, threshold.unit)}${alarms}${guard}.`;
}

const SIGNS: Readonly<Record<string, string>> = { ">=": "≥", "<=": "≤" };
const UNIT_WORDS: Readonly<Record<Threshold["unit"], string>> = {
  count: "",
  ratio: "",
  bool: "",
  ms: " ms",
  s: " s",
  blocks: " blocks",
  hours: " h",
};

/** A bound with its unit: `> 2000 ms`. */
export function boundWords(bound: Comparison, unit: Threshold["unit"]): string {
  const operator = OPERATORS[bound.op];
  return `${SIGNS[operator] ?? operator} ${bound.value}${UNIT_WORDS[unit]}`;
}

function source(expression: Expression): string {
  switch (expression.kind) {
    case "gauge":
      return `${AGGREGATES[expression.aggregate]} of ${expression.metric}`;
    case "increase":
      return `increase of ${expression.metric} over ${duration(expression.windowMs)}`;
    case "quantile":
      return `p${Number((expression.quantile * 100).toFixed(3))} of ${expression.metric} over ${duration(expression.windowMs)}`;
    case "age":
      return `seconds since ${expression.metric}`;
  }
}

const AGGREGATES = { sum: "sum", min: "smallest", max: "largest" } as const;
