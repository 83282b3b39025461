import { z } from "zod";
import { timeSchema } from "./identity.ts";

const durationSchema = z.int().min(0).max(86_400_000);
const nameSchema = z.string().min(1).max(100);

/** What a drill measured, as whoever ran it tells the plane. */
export const recordDrillBody = z
  .strictObject({
    system: nameSchema,
    fault: nameSchema,
    /** The alert's rule. */
    alert: nameSchema,
    mode: z.enum(["drill", "control"]),
    passed: z.boolean(),
    /** Why it did not pass. */
    reason: z.string().min(1).max(4_000).nullable().default(null),
    runbook: z
      .strictObject({ id: nameSchema, sha256: z.string().regex(/^[0-9a-f]{64}$/) })
      .nullable()
      .default(null),
    detectMs: durationSchema.nullable().default(null),
    detectLimitMs: durationSchema.nullable().default(null),
    recoverMs: durationSchema.nullable().default(null),
    recoverLimitMs: durationSchema.nullable().default(null),
  })
  .refine(({ passed, reason }) => passed === (reason === null), { message: "a drill that failed says why" });

export const drillResultSchema = recordDrillBody.safeExtend({
  id: z.string(),
  at: timeSchema,
  by: z.strictObject({ id: z.string(), name: z.string() }),
});
export type DrillResultView = z.infer<typeof drillResultSchema>;

/** `outdated`: it passed with another text of the runbook than the one in force. */
export const drillStatusSchema = z.enum(["none", "never", "passed", "failed", "outdated"]);
export type DrillStatus = z.infer<typeof drillStatusSchema>;

export const drilledAlertSchema = z.strictObject({
  system: z.string(),
  /** The rule's name. */
  alert: z.string(),
  runbook: z.string(),
  fault: z.string().nullable(),
  status: drillStatusSchema,
  last: drillResultSchema.nullable(),
});
export type DrilledAlertView = z.infer<typeof drilledAlertSchema>;

/** The number that is published: alerts with a passing drill of alerts. */
export const drillReportSchema = z.strictObject({
  alerts: z.int(),
  proven: z.int(),
  byAlert: z.array(drilledAlertSchema),
  /** Steps that drills leave out, with the reason that stands in the runbook. */
  skipped: z.array(z.strictObject({ system: z.string(), runbook: z.string(), step: z.string(), reason: z.string() })),
});
export type DrillReportView = z.infer<typeof drillReportSchema>;
