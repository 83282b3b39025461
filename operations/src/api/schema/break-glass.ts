import { z } from "zod";
import { actionRunSchema, reasonSchema, requestMembers } from "./approvals.ts";
import { timeSchema } from "./identity.ts";
import { stepUpProofSchema, totpSchema } from "./step-up.ts";

/** One person stops something now, with a reason and a fresh proof. */
export const breakGlassBody = z.strictObject({
  action: requestMembers.action,
  params: requestMembers.params,
  reason: reasonSchema,
  incidentId: requestMembers.incidentId,
  system: z.string().max(64).optional(),
  totp: totpSchema.optional(),
  stepUp: stepUpProofSchema.optional(),
});

export const breakGlassUseSchema = z.strictObject({
  run: actionRunSchema,
  sentence: z.string(),
  openedAt: timeSchema,
  /** By then somebody else must have looked at it. */
  reviewDueAt: timeSchema,
  review: z
    .strictObject({ by: z.strictObject({ id: z.string(), name: z.string() }), at: timeSchema, note: z.string() })
    .nullable(),
});
export type BreakGlassUseView = z.infer<typeof breakGlassUseSchema>;

export const breakGlassQuery = z.strictObject({
  /** `open` waits for its review. */
  state: z.enum(["open", "all"]).default("all"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const breakGlassListSchema = z.strictObject({ uses: z.array(breakGlassUseSchema) });
export const reviewBody = z.strictObject({ note: z.string().trim().min(1).max(2_000) });
