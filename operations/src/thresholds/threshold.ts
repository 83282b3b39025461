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
