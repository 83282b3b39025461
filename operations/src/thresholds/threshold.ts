import { assert } from "@assay/primitives/assert";
import { z } from "zod";

export const severitySchema = z.enum(["info", "warning", "high", "critical"]);
export type Severity = z.infer<typeof severitySchema>;

export const comparisonSchema = z.strictObject({ op: z.enum(["gt", "gte", "lt", "lte"]), value: z.number() });
export type Comparison = z.infer<typeof comparisonSchema>;

export const aggregationSchema = z.enum(["sum", "min", "max"]);

/**
 * What a threshold compares: a closed set, so that the built-in evaluator and the generated PromQL mean the same.
 * Every form yields one number, or none when its series are absent.
 */
export const expressionSchema = z.discriminatedUnion("kind", [
  /** `sum(metric{…})`; with `innerBy`, `aggregate(inner by (innerBy) (metric))`. */
  z.strictObject({
    kind: z.literal("gauge"),
    metric: z.string().min(1),
    labels: z.record(z.string(), z.string()).default({}),
    aggregate: aggregationSchema,
    inner: aggregationSchema.optional(),
    innerBy: z.array(z.string()).optional(),
  }),
  /** `sum(increase(metric{…}[window]))`. */
  z.strictObject({
    kind: z.literal("increase"),
    metric: z.string().min(1),
    labels: z.record(z.string(), z.string()).default({}),
    windowMs: z.int().positive(),
  }),
  /** `histogram_quantile(q, sum by (le) (increase(metric_bucket{…}[window])))`. */
  z.strictObject({
    kind: z.literal("quantile"),
    metric: z.string().min(1),
    labels: z.record(z.string(), z.string()).default({}),
    quantile: z.number().gt(0).lt(1),
    windowMs: z.int().positive(),
  }),
  /** `time() - max(metric)` for a gauge that holds Unix seconds: an age in seconds. */
  z.strictObject({
    kind: z.literal("age"),
    metric: z.string().min(1),
    labels: z.record(z.string(), z.string()).default({}),
  }),
]);
export type Expression = z.infer<typeof expressionSchema>;

/** A number that decides, declared once, beside the system that owns it (operations.md §3). */
export const thresholdSchema = z.strictObject({
  /** `coinhubx.http.errors` */
  id: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9_]+)+$/),
  title: z.string().min(1),
  unit: z.enum(["count", "ms", "s", "ratio", "blocks", "bool", "hours"]),
  expression: expressionSchema,
  /** The healthy side: what runbooks expect after healing and charts draw in green. */
  target: comparisonSchema,
  /** Bounds by severity; the most severe one that holds wins. */
  levels: z.partialRecord(severitySchema, comparisonSchema),
  /** How long a level must hold before its alert fires. */
  forMs: z.int().min(0),
  /** Below this many events in the window the threshold is not judged (`increase` of `metric` over `windowMs`). */
  minimumTraffic: z
    .strictObject({ metric: z.string().min(1), windowMs: z.int().positive(), count: z.int().positive() })
    .optional(),
  /** The seed heading or specification line it comes from. */
  source: z.string().min(1),
});
export type Threshold = z.infer<typeof thresholdSchema>;

/** What a system writes to declare a threshold; members with a default may be left out. */
export type ThresholdDeclaration = z.input<typeof thresholdSchema>;

/**
 * Declares a threshold.
 * @throws ZodError when the declaration is malformed; AssertionError when a milder level would not hold where a more severe one does.
 */
export function threshold(declaration: ThresholdDeclaration): Threshold {
  const declared = thresholdSchema.parse(declaration);
  const problems = levelProblems(declared);
  assert(problems.length === 0, problems.join("; "));
  return declared;
}

/** Severities from mild to severe; the index orders them. */
export const SEVERITIES: readonly Severity[] = ["info", "warning", "high", "critical"];

export function isMoreSevere(left: Severity, right: Severity): boolean {
  return SEVERITIES.indexOf(left) > SEVERITIES.indexOf(right);
}

/** The most severe of them; `undefined` for none. */
export function mostSevere(severities: Iterable<Severity>): Severity | undefined {
  let worst: Severity | undefined;
  for (const severity of severities) if (worst === undefined || isMoreSevere(severity, worst)) worst = severity;
  return worst;
}

export function holds(comparison: Comparison, value: number): boolean {
  switch (comparison.op) {
    case "gt":
      return value > comparison.value;
    case "gte":
      return value >= comparison.value;
    case "lt":
      return value < comparison.value;
    case "lte":
      return value <= comparison.value;
  }
}

/** Reasons why the levels of a threshold contradict each other; empty when they do not. */
export function levelProblems(declared: Threshold): string[] {
  const levels = SEVERITIES.flatMap((severity) => {
    const bound = declared.levels[severity];
    return bound === undefined ? [] : [{ severity, bound }];
  });
  return levels.slice(1).flatMap((severe, index) => {
    const mild = levels[index]!;
    if (isUpward(severe.bound) !== isUpward(mild.bound))
      return [`${declared.id}: ${mild.severity} and ${severe.severity} point in different directions`];
    const implied = isUpward(mild.bound)
      ? severe.bound.value >= mild.bound.value
      : severe.bound.value <= mild.bound.value;
    return implied ? [] : [`${declared.id}: ${severe.severity} holds where ${mild.severity} does not`];
  });
}

function isUpward(comparison: Comparison): boolean {
  return comparison.op === "gt" || comparison.op === "gte";
}
