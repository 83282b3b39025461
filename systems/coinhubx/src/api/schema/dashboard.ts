import { z } from "zod";
import { errorSummarySchema } from "./errors.ts";
import { flagSchema } from "./feature-flags.ts";
import { checkStatusSchema } from "./health.ts";
import { reportSchema } from "./reconciliation.ts";

/** One page of everything, for people in a hurry; what could not be read is null. */
export const dashboardSchema = z.strictObject({
  success: z.literal(true),
  timestamp: z.string(),
  health: z.strictObject({ status: checkStatusSchema, checks: z.record(z.string(), checkStatusSchema) }),
  metrics: z.record(z.string(), z.number()),
  errors: errorSummarySchema.nullable(),
  jobs: z
    .strictObject({ queue_length: z.int(), dead_letter_count: z.int(), active: z.int(), stuck_count: z.int() })
    .nullable(),
  backups: z.strictObject({ count: z.int(), latest: z.string().nullable() }).nullable(),
  /** Alerts live in the operations plane, which knows who has seen them. */
  alerts: z.strictObject({ unacknowledged_count: z.int().nullable(), url: z.string() }),
  flags: z.array(flagSchema).nullable(),
  reconciliation: reportSchema.omit({ mismatches: true }).nullable(),
  custody: z.array(z.strictObject({ asset: z.string(), owed: z.string() })).nullable(),
});
