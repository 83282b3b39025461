import { z } from "zod";

export const mismatchSchema = z.strictObject({
  /** `R1` … `R8` */
  check: z.string(),
  asset: z.string().nullable(),
  account_id: z.string().nullable(),
  user_id: z.string().nullable(),
  /** Integers of the smallest unit, or what else the check compares. */
  expected: z.string(),
  actual: z.string(),
  difference: z.string(),
  first_sequence: z.int().nullable(),
});

export const reportSchema = z.strictObject({
  report_id: z.string(),
  reconciled: z.boolean(),
  verdict: z.enum(["reconciled", "mismatch", "inconclusive"]),
  mismatch_count: z.int(),
  mismatches: z.array(mismatchSchema),
  journal_position: z.int(),
  block: z.int().nullable(),
  started_at: z.string(),
  finished_at: z.string(),
});
export type ReportView = z.infer<typeof reportSchema>;

export const reconciliationRunSchema = reportSchema.extend({ success: z.literal(true) });

/** Nobody waits longer than a minute: the report appears under its id when the run has ended. */
export const reconciliationUnderWaySchema = z.strictObject({
  success: z.literal(true),
  report_id: z.string(),
  status: z.literal("running"),
});

export const reportsQuerySchema = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) });
export const reportsSchema = z.strictObject({
  success: z.literal(true),
  reports: z.array(reportSchema),
  count: z.int(),
});
