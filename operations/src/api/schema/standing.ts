import { z } from "zod";
import { roleSchema } from "../../manifest/manifest.ts";
import { constraintsSchema } from "../../standing/param-constraints.ts";
import { reasonSchema } from "./approvals.ts";
import { timeSchema } from "./identity.ts";

export const standingStateSchema = z.enum(["in force", "used up", "ended", "revoked"]);

export const standingSchema = z.strictObject({
  id: z.string(),
  state: standingStateSchema,
  /** The approval by which several people made it; its digest covers everything here. */
  approvalId: z.string(),
  digest: z.string(),
  code: z.string(),
  system: z.string(),
  action: z.string(),
  environment: z.string(),
  runbook: z.strictObject({ id: z.string(), sha256: z.string() }),
  constraints: constraintsSchema,
  people: z.int(),
  roles: z.array(roleSchema),
  reason: z.string(),
  madeAt: timeSchema,
  endsAt: timeSchema,
  uses: z.int(),
  usesAllowed: z.int(),
  revoked: z.strictObject({ at: timeSchema, by: z.string(), reason: z.string() }).nullable(),
});
export type StandingView = z.infer<typeof standingSchema>;
export const standingListSchema = z.strictObject({ standing: z.array(standingSchema) });
export const revokeBody = z.strictObject({ reason: reasonSchema });
