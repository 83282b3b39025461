import { DAY_MS, SECOND_MS } from "@assay/primitives/instant";
import { z } from "zod";
import { systemNameSchema } from "../../manifest/names.ts";
import { severitySchema } from "../../thresholds/threshold.ts";
import { momentSchema, onCallIdSchema } from "./on-call.ts";

/** What somebody writes to expect a job to be heard. */
export const heartbeatInputSchema = z.strictObject({
  title: z.string().trim().min(1).max(120),
  /** The system that its alert belongs to. */
  system: systemNameSchema,
  /** How often it is heard when all is well. */
  periodMs: z
    .int()
    .min(10 * SECOND_MS)
    .max(31 * DAY_MS),
  /** How late it may be. */
  graceMs: z
    .int()
    .min(0)
    .max(7 * DAY_MS),
  severity: severitySchema,
  /** Id of the runbook for when it is silent. */
  runbook: z.string().min(1).max(120).nullable().default(null),
});
export type HeartbeatInput = z.infer<typeof heartbeatInputSchema>;

export const putHeartbeatSchema = z.strictObject({ ...heartbeatInputSchema.shape, version: z.int().min(0) });

export const heartbeatSchema = z.strictObject({
  id: onCallIdSchema,
  ...heartbeatInputSchema.shape,
  runbook: z.string().nullable(),
  version: z.int(),
  /** `waiting`: never heard yet. `paused`: not listened for until `pause.until`. */
  state: z.enum(["waiting", "healthy", "missed", "paused"]),
  lastBeatAt: z.string().nullable(),
  lastBeatBy: z.string().nullable(),
  /** When silence becomes an alert. */
  dueAt: z.string(),
  pause: z.strictObject({ until: z.string(), by: z.string(), reason: z.string() }).nullable(),
});
export type HeartbeatView = z.infer<typeof heartbeatSchema>;
export const heartbeatListSchema = z.strictObject({ heartbeats: z.array(heartbeatSchema) });

export const pauseHeartbeatSchema = z.strictObject({
  /** At most 31 days later. */
  until: momentSchema,
  reason: z.string().trim().min(1).max(500),
});

/** Answer to a beat. */
export const beatSchema = z.strictObject({ id: z.string(), dueAt: z.string() });
