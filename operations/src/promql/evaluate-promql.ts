import { Failure } from "@assay/primitives/failure";
import { createLinearPattern } from "../linear-pattern/linear-pattern.ts";
import { bucketQuantile } from "../thresholds/bucket-quantile.ts";
import { increase } from "../thresholds/increase.ts";
import type { SeriesReader, SeriesView } from "../thresholds/series-reader.ts";
import { applyBinary } from "./apply-binary.ts";
import type { Aggregate, LabelMatcher, Promql, Selector, WindowFunction } from "./expression.ts";
import { distinct, type Labels, labelKey, onlyLabels, type Sample, withoutLabels, withoutName } from "./sample.ts";

/** What a query reads from. */
export interface PromqlData {
  readonly series: SeriesReader;
  /** UTC ms. */
  readonly now: number;
}

type Value = number | readonly Sample[];
type Aggregation = Extract<Promql, { kind: "aggregate" }>;

/** The samples a query has now; a number becomes one sample without labels. As Prometheus 2 evaluates an instant query.
 * @throws Failure `AMBIGUOUS_MATCH`. */
export function evaluatePromql(expression: Promql, data: PromqlData): readonly Sample[] {
  const value = evaluate(expression, data);
  return typeof value === "number" ? [{ labels: {}, value }] : value;
}

function evaluate(expression: Promql, data: PromqlData): Value {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "time":
      return data.now / 1_000;
    case "instant":
      return select(expression.selector, data).flatMap(([series, labels]) => {
        const value = series.latest(data.now);
        return value === undefined ? [] : [{ labels, value }];
      });
    case "window":
      return overWindow(expression, data);
    case "aggregate":
      return aggregate(expression, samplesOf(expression.of, data));
    case "quantile":
      return quantiles(Number(evaluate(expression.quantile, data)), samplesOf(expression.of, data));
    case "absent":
      return samplesOf(expression.of, data).length > 0 ? [] : [{ labels: absentLabels(expression.of), value: 1 }];
    case "negate": {
      const value = evaluate(expression.of, data);
      if (typeof value === "number") return -value;
      return distinct(value.map((sample) => ({ ...withoutName(sample), value: -sample.value })));
    }
    case "binary":
      return applyBinary(expression, evaluate(expression.left, data), evaluate(expression.right, data));
  }
}

function samplesOf(expression: Promql, data: PromqlData): readonly Sample[] {
  return evaluate(expression, data) as readonly Sample[];
}

function select({ metric, matchers }: Selector, { series }: PromqlData): [SeriesView, Labels][] {
  const tests = matchers.map((matcher) => [matcher.name, testOf(matcher)] as const);
  const found: [SeriesView, Labels][] = [];
  for (const one of series.select(metric, {}))
    if (tests.every(([name, test]) => test(one.labels[name] ?? "")))
      found.push([one, { ...withoutEmpty(one.labels), __name__: metric }]);
  return found;
}

/** A label without a value is one that is not there. */
function withoutEmpty(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

function testOf({ op, value }: LabelMatcher): (label: string) => boolean {
  if (op === "=") return (label) => label === value;
  if (op === "!=") return (label) => label !== value;
  const pattern = createLinearPattern(value);
  const matches = (label: string) => {
    const isAll = pattern.ok ? pattern.value.isAllOf(label) : undefined;
    if (isAll === undefined) throw new Failure("PATTERN_UNUSABLE", { retryable: false, details: { pattern: value } });
    return isAll;
  };
  return op === "=~" ? matches : (label) => !matches(label);
}

function overWindow(expression: Extract<Promql, { kind: "window" }>, data: PromqlData): Sample[] {
  const { rangeMs, selector } = expression;
  const from = data.now - rangeMs;
  return select(selector, data).flatMap(([series, labels]) => {
    const samples = series.between(from, data.now);
    if (samples.values.length === 0) return [];
    const grown = expression.function === "rate" || expression.function === "increase";
    const value = grown ? increase(samples, from, data.now) : WINDOWS[expression.function]!(samples.values);
    if (value === undefined) return [];
    const result = expression.function === "rate" ? value / (rangeMs / 1_000) : value;
    return [withoutName({ labels, value: result })];
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const WINDOWS: Readonly<Partial<Record<WindowFunction, (values: readonly number[]) => number>>> = {
  max_over_time: (values) => values.reduce((left, right) => Math.max(left, right)),
  min_over_time: (values) => values.reduce((left, right) => Math.min(left, right)),
  avg_over_time: (values) => sum(values) / values.length,
  sum_over_time: sum,
  count_over_time: (values) => values.length,
};

const AGGREGATIONS: Readonly<Record<Aggregate, (values: readonly number[]) => number>> = {
  sum,
  // A value that is not a number is only taken when there is no other.
  min: (values) => values.reduce((left, right) => (right < left || Number.isNaN(left) ? right : left)),
  max: (values) => values.reduce((left, right) => (right > left || Number.isNaN(left) ? right : left)),
  avg: (values) => sum(values) / values.length,
  count: (values) => values.length,
};

function aggregate({ aggregate: kind, grouping }: Aggregation, samples: readonly Sample[]): Sample[] {
  const labelsOf = (labels: Labels) =>
    grouping.kind === "by"
      ? onlyLabels(labels, grouping.labels)
      : withoutLabels(labels, ["__name__", ...grouping.labels]);
  return grouped(samples, labelsOf).map(([labels, members]) => ({
    labels,
    value: AGGREGATIONS[kind](members.map(({ value }) => value)),
  }));
}

function grouped(samples: readonly Sample[], labelsOf: (labels: Labels) => Labels): [Labels, Sample[]][] {
  const groups = new Map<string, [Labels, Sample[]]>();
  for (const sample of samples) {
    const labels = labelsOf(sample.labels);
    const key = labelKey(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [labels, [sample]]);
    else group[1].push(sample);
  }
  return [...groups.values()];
}

/** A bucket whose bound is no number is left out; without observations the quantile is not a number. */
function quantiles(quantile: number, samples: readonly Sample[]): Sample[] {
  const bounded = samples.filter(({ labels }) => Number.isFinite(boundOf(labels)) || labels.le === "+Inf");
  const groups = grouped(bounded, (labels) => withoutLabels(labels, ["__name__", "le"]));
  return groups.map(([labels, members]) => {
    const buckets = members.map((sample) => ({ upperBound: boundOf(sample.labels), count: sample.value }));
    return { labels, value: quantileOf(quantile, buckets) };
  });
}

function quantileOf(quantile: number, buckets: Parameters<typeof bucketQuantile>[1]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  return bucketQuantile(quantile, buckets) ?? Number.NaN;
}

function boundOf({ le = "" }: Labels): number {
  if (le === "+Inf") return Number.POSITIVE_INFINITY;
  return le === "" ? Number.NaN : Number(le);
}

/** What an absent series would have been called: labels that can have only one value. */
function absentLabels(expression: Promql): Labels {
  if (expression.kind !== "instant") return {};
  const { matchers } = expression.selector;
  const exact = matchers.filter(
    ({ name, op }) => op === "=" && matchers.filter((other) => other.name === name).length === 1,
  );
  return withoutEmpty(Object.fromEntries(exact.map(({ name, value }) => [name, value])));
}
