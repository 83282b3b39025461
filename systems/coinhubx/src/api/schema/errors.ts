import { z } from "zod";
import { lineSchema } from "./text.ts";

export const errorsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** The error's type, or its `tags.type`. */
  type: lineSchema(100).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  group: z.enum(["0", "1"]).default("0"),
});

const errorEventSchema = z.strictObject({
  event_id: z.string(),
  timestamp: z.string(),
  error_type: z.string(),
  message: z.string(),
  traceback: z.string(),
  request_id: z.string().nullable(),
  user_id: z.string().nullable(),
  endpoint: z.string().nullable(),
  severity: z.enum(["info", "warning", "error", "critical"]),
  tags: z.record(z.string(), z.unknown()),
  context: z.record(z.string(), z.unknown()),
});

const errorGroupSchema = z.strictObject({
  fingerprint: z.string(),
  error_type: z.string(),
  message: z.string(),
  count: z.int(),
  first_seen: z.string(),
  last_seen: z.string(),
  last_event_id: z.string(),
  known_issue: z.string().nullable(),
});

export const errorSummarySchema = z.strictObject({
  total_errors: z.int(),
  by_type: z.record(z.string(), z.int()),
  by_severity: z.record(z.string(), z.int()),
  period_hours: z.number(),
});

/** With `group=1`, `errors` is empty and `groups` holds one row per fingerprint. */
export const errorsSchema = z.strictObject({
  success: z.literal(true),
  errors: z.array(errorEventSchema),
  groups: z.array(errorGroupSchema).optional(),
  summary: errorSummarySchema,
});
