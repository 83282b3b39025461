import { bucketQuantile } from "./bucket-quantile.ts";
import { increase } from "./increase.ts";
import type { SeriesReader, SeriesView } from "./series-reader.ts";
import type { Expression } from "./threshold.ts";

/** What an expression is worth at an instant. */
export type Evaluation =
  | { readonly kind: "value"; readonly value: number }
  /** The series are there and nothing was observed in the window: no latency exists to judge. */
  | { readonly kind: "nothing-observed" }
  | { readonly kind: "absent"; readonly metric: string };

type Aggregate = "sum" | "min" | "max";

/** Evaluates `expression` over the samples until `now` (ms), with the meaning of the PromQL that `toPromql` writes. */
export function evaluateExpression(expression: Expression, reader: SeriesReader, now: number): Evaluation {
  const { metric } = expression;
  switch (expression.kind) {
    case "gauge":
      return valueOr(metric, gauge(expression, reader, now));
    case "increase":
      return valueOr(metric, totalIncrease(reader.select(metric, expression.labels), expression.windowMs, now));
    case "age": {
      const newest = fold("max", latestValues(reader.select(metric, expression.labels), now));
      return valueOr(metric, newest === undefined ? undefined : now / 1_000 - newest);
    }
    case "quantile":
      return quantile(expression, reader, now);
  }
}

function valueOr(metric: string, value: number | undefined): Evaluation {
  return value === undefined || Number.isNaN(value) ? { kind: "absent", metric } : { kind: "value", value };
}

function gauge(
  expression: Extract<Expression, { kind: "gauge" }>,
  reader: SeriesReader,
  now: number,
): number | undefined {
  const series = reader.select(expression.metric, expression.labels);
  const { inner, innerBy } = expression;
  if (inner === undefined || innerBy === undefined) return fold(expression.aggregate, latestValues(series, now));
  const groups = new Map<string, number[]>();
  for (const one of series) {
    const value = one.latest(now);
    if (value === undefined) continue;
    const key = JSON.stringify(innerBy.map((label) => one.labels[label] ?? ""));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return fold(
    expression.aggregate,
    [...groups.values()].map((values) => fold(inner, values)!),
  );
}

function latestValues(series: Iterable<SeriesView>, now: number): number[] {
  const values: number[] = [];
  for (const one of series) {
    const value = one.latest(now);
    if (value !== undefined) values.push(value);
  }
  return values;
}

function fold(aggregate: Aggregate, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  if (aggregate === "sum") return values.reduce((sum, value) => sum + value, 0);
  return values.reduce((left, right) => (aggregate === "min" ? Math.min(left, right) : Math.max(left, right)));
}

/** Σ increase over the series that have one; `undefined` when none has. */
export function totalIncrease(series: Iterable<SeriesView>, windowMs: number, now: number): number | undefined {
  let total: number | undefined;
  for (const one of series) {
    const grown = increase(one.between(now - windowMs, now), now - windowMs, now);
    if (grown !== undefined) total = (total ?? 0) + grown;
  }
  return total;
}

function quantile(
  expression: Extract<Expression, { kind: "quantile" }>,
  reader: SeriesReader,
  now: number,
): Evaluation {
  const metric = `${expression.metric}_bucket`;
  const counts = new Map<number, number>();
  for (const one of reader.select(metric, expression.labels)) {
    const upperBound = parseBound(one.labels.le);
    const grown = increase(one.between(now - expression.windowMs, now), now - expression.windowMs, now);
    if (upperBound === undefined || grown === undefined) continue;
    counts.set(upperBound, (counts.get(upperBound) ?? 0) + grown);
  }
  if (counts.size === 0) return { kind: "absent", metric };
  const buckets = [...counts].map(([upperBound, count]) => ({ upperBound, count }));
  const value = bucketQuantile(expression.quantile, buckets);
  return value === undefined ? { kind: "nothing-observed" } : { kind: "value", value };
}

function parseBound(text: string | undefined): number | undefined {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  const bound = Number(text);
  return text === undefined || text === "" || Number.isNaN(bound) ? undefined : bound;
}
