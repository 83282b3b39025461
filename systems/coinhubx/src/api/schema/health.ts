import { z } from "zod";

export const healthSchema = z.strictObject({
  status: z.literal("healthy"),
  service: z.string(),
  /** Whole seconds: `2025-08-01T12:00:00Z`. */
  timestamp: z.string(),
  version: z.string(),
});

export const checkStatusSchema = z.enum(["healthy", "degraded", "unhealthy"]);

export const checkSchema = z.strictObject({
  name: z.string(),
  status: checkStatusSchema,
  latency_ms: z.number(),
  message: z.string(),
  /** Only for callers with role `viewer`. */
  details: z.record(z.string(), z.unknown()).optional(),
});

export const readySchema = z.strictObject({
  status: checkStatusSchema,
  service: z.string(),
  timestamp: z.string(),
  checks: z.strictObject({
    database: checkSchema,
    queue: checkSchema,
    uptime: checkSchema,
    engine: checkSchema,
    flags: checkSchema,
  }),
});
export type Ready = z.infer<typeof readySchema>;

const histogramSchema = z.strictObject({
  count: z.number(),
  min: z.number(),
  max: z.number(),
  avg: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
});

export const metricsSchema = z.strictObject({
  success: z.literal(true),
  timestamp: z.string(),
  metrics: z.strictObject({
    counters: z.record(z.string(), z.number()),
    gauges: z.record(z.string(), z.number()),
    histograms: z.record(z.string(), histogramSchema),
    labeled_counters: z.record(z.string(), z.record(z.string(), z.number())),
  }),
});
