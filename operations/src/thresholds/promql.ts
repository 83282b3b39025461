import type { Comparison, Expression, Severity, Threshold } from "./threshold.ts";

/** The expression as PromQL; yields one sample without labels, or nothing when its series are absent. */
export function toPromql(expression: Expression): string {
  const { metric, labels } = expression;
  switch (expression.kind) {
    case "gauge": {
      const { aggregate, inner, innerBy } = expression;
      const selected = selector(metric, labels);
      if (inner === undefined || innerBy === undefined) return `${aggregate}(${selected})`;
      return `${aggregate}(${inner} by (${innerBy.join(", ")}) (${selected}))`;
    }
    case "increase":
      return increaseOf(metric, labels, expression.windowMs);
    case "quantile": {
      const buckets = `increase(${selector(`${metric}_bucket`, labels)}[${duration(expression.windowMs)}])`;
      return `histogram_quantile(${expression.quantile}, sum by (le) (${buckets}))`;
    }
    case "age":
      return `time() - max(${selector(metric, labels)})`;
  }
}

/** The condition under which `severity` of the threshold holds, its minimum traffic included. */
export function conditionPromql(threshold: Threshold, severity: Severity): string {
  const bound = threshold.levels[severity]!;
  const condition = `${toPromql(threshold.expression)} ${OPERATORS[bound.op]} ${bound.value}`;
  if (threshold.minimumTraffic === undefined) return condition;
  const { metric, windowMs, count } = threshold.minimumTraffic;
  return `(${condition}) and on () (${increaseOf(metric, {}, windowMs)} >= ${count})`;
}

export const OPERATORS: Readonly<Record<Comparison["op"], string>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" };

function increaseOf(metric: string, labels: Readonly<Record<string, string>>, windowMs: number): string {
  return `sum(increase(${selector(metric, labels)}[${duration(windowMs)}]))`;
}

function selector(metric: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(",")}}`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** A Prometheus duration in the largest unit that divides it: `5m`, `90s`, `1500ms`. */
export function duration(ms: number): string {
  const unit = UNITS.find(([, size]) => ms !== 0 && ms % size === 0);
  return unit === undefined ? (ms === 0 ? "0s" : `${ms}ms`) : `${ms / unit[1]}${unit[0]}`;
}
