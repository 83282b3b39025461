import { z } from "zod";
import { manifestSchema } from "../../manifest/manifest.ts";
import { comparisonSchema, severitySchema, thresholdSchema } from "../../thresholds/threshold.ts";

/** `unknown` is a state of its own and never shown as well. */
export const healthStatusSchema = z.enum(["healthy", "degraded", "unhealthy", "unknown"]);
export type HealthStatusView = z.infer<typeof healthStatusSchema>;

export const componentHealthSchema = z.strictObject({
  name: z.string(),
  status: healthStatusSchema,
  latencyMs: z.number().nullable(),
  message: z.string().nullable(),
});

export const checkHealthSchema = z.strictObject({
  id: z.string(),
  service: z.string(),
  kind: z.enum(["liveness", "readiness"]),
  status: healthStatusSchema,
  since: z.string().nullable(),
  /** Probes in a row that failed; three make the check unhealthy. */
  failures: z.int(),
  lastProbeAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  message: z.string().nullable(),
  components: z.array(componentHealthSchema),
});

export const targetHealthSchema = z.strictObject({
  service: z.string(),
  path: z.string(),
  lastScrapeAt: z.string().nullable(),
  /** Why its metrics cannot be used; null when they can. */
  problem: z.strictObject({ code: z.string(), reason: z.string() }).nullable(),
});

export const systemHealthSchema = z.strictObject({
  status: healthStatusSchema,
  checks: z.array(checkHealthSchema),
  targets: z.array(targetHealthSchema),
});
export type SystemHealthView = z.infer<typeof systemHealthSchema>;

export const manifestSourceSchema = z.strictObject({
  name: z.string(),
  system: z.string().nullable(),
  readAt: z.string().nullable(),
  /** The manifest in force, by its SHA-256, and since when. */
  inForce: z.strictObject({ sha256: z.string(), since: z.string() }).nullable(),
  /** Why the last reading was refused: the manifest before it is still in force. */
  problems: z.array(
    z.strictObject({
      path: z.string(),
      reason: z.string(),
      /** In the manifest's file, from 1. */
      line: z.int().optional(),
      column: z.int().optional(),
    }),
  ),
});

export type ManifestSourceView = z.infer<typeof manifestSourceSchema>;

export const systemSummarySchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  version: z.string(),
  environment: z.enum(["local", "staging", "production"]),
  status: healthStatusSchema,
  services: z.array(z.strictObject({ name: z.string(), url: z.string(), status: healthStatusSchema })),
  firing: z.strictObject({ critical: z.int(), high: z.int(), warning: z.int(), info: z.int() }),
});
export type SystemSummary = z.infer<typeof systemSummarySchema>;

export const systemListSchema = z.strictObject({
  systems: z.array(systemSummarySchema),
  sources: z.array(manifestSourceSchema),
});

export const systemDetailSchema = z.strictObject({
  summary: systemSummarySchema,
  health: systemHealthSchema,
  /** Where its manifest comes from, and how the last reading went. */
  source: manifestSourceSchema.nullable(),
  manifest: manifestSchema,
});
export type SystemDetail = z.infer<typeof systemDetailSchema>;

export const readingSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("value"),
    value: z.number(),
    levels: z.array(severitySchema),
    onTarget: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("quiet"), reason: z.string(), value: z.number().optional() }),
  z.strictObject({ kind: z.literal("unknown"), reason: z.string() }),
]);

export const thresholdViewSchema = z.strictObject({
  system: z.string(),
  threshold: thresholdSchema,
  /** As people read it. */
  sentence: z.string(),
  /** The PromQL with the same meaning. */
  promql: z.string(),
  reading: readingSchema,
  alerts: z.array(z.string()),
});
export type ThresholdView = z.infer<typeof thresholdViewSchema>;
export const thresholdListSchema = z.strictObject({ thresholds: z.array(thresholdViewSchema) });

export const seriesQuerySchema = z
  .strictObject({
    threshold: z.string().max(200).optional(),
    metric: z
      .string()
      .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
      .max(200)
      .optional(),
    /** RFC 3339; left out: one hour ago. */
    since: z.iso.datetime({ offset: true }).optional(),
    stepMs: z.coerce.number().int().min(1_000).max(86_400_000).default(15_000),
  })
  .refine(({ threshold, metric }) => (threshold === undefined) !== (metric === undefined), {
    message: "name either a threshold or a metric",
  });

export const seriesSchema = z.strictObject({
  name: z.string(),
  unit: z.string(),
  stepMs: z.int(),
  /** Lines to draw: the target, and each level. */
  lines: z.array(z.strictObject({ bound: z.string(), comparison: comparisonSchema })),
  /** `[Unix ms, least, greatest, latest]`, oldest first; a step without a value is left out: nothing was known. */
  points: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
export type SeriesView = z.infer<typeof seriesSchema>;

export const readQuerySchema = z.strictObject({ path: z.string().startsWith("/").max(2_000) });

export const overviewSchema = z.strictObject({
  at: z.string(),
  /** The worst of the systems; unknown when there is none. */
  status: healthStatusSchema,
  systems: z.array(systemSummarySchema),
  alerts: z.strictObject({ firing: z.int(), pending: z.int(), unacknowledged: z.int() }),
  incidents: z.strictObject({ current: z.int(), worst: z.enum(["P0", "P1", "P2", "P3"]).nullable() }),
  /** When the rules were evaluated last; an old time means that silence says nothing. */
  evaluatedAt: z.string().nullable(),
});
export type Overview = z.infer<typeof overviewSchema>;
