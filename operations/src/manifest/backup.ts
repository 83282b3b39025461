import { HOUR_MS } from "@assay/primitives/instant";
import { z } from "zod";
import { timeZoneSchema } from "./names.ts";

/** Copies of something: how they are made and proven, and what their loss may cost. */
export const backupSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  title: z.string().min(1),
  /** One of the system's paths that lists the copies there are. */
  listPath: z.string().startsWith("/"),
  /** How many copies are kept. */
  keep: z.int().min(1),
  /** Actions of the system. */
  createAction: z.string().min(1).optional(),
  verifyAction: z.string().min(1).optional(),
  restoreDrillAction: z.string().min(1).optional(),
  /** What to do when the copies are not as they should be. */
  runbook: z.string().min(1).optional(),
  /** Cron text with five fields, in the time zone. */
  every: z.string().min(9).max(100).optional(),
  timeZone: timeZoneSchema.default("UTC"),
  /** How much may be lost, and how long a restore may take. */
  rpoMs: z
    .int()
    .positive()
    .default(24 * HOUR_MS),
  rtoMs: z
    .int()
    .positive()
    .default(4 * HOUR_MS),
});
export type BackupDeclaration = z.infer<typeof backupSchema>;
