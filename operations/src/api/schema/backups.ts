import { z } from "zod";

export const backupVerdictSchema = z.enum(["passed", "failed", "inconclusive"]);
export const copyVerdictSchema = z.enum(["passed", "failed", "inconclusive", "never"]);
export type CopyVerdict = z.infer<typeof copyVerdictSchema>;

export const backupCopySchema = z.strictObject({
  name: z.string(),
  /** RFC 3339, like every time here. */
  createdAt: z.string(),
  sizeBytes: z.number().nullable(),
  sha256: z.string().nullable(),
  verification: copyVerdictSchema,
  verifiedAt: z.string().nullable(),
  reason: z.string().nullable(),
  /** The same copy at the second location; null when there is none configured. */
  second: z.strictObject({ status: copyVerdictSchema, at: z.string().nullable() }).nullable(),
});
export type BackupCopyView = z.infer<typeof backupCopySchema>;

export const backupRunSchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  backup: z.string(),
  kind: z.enum(["create", "verify", "drill"]),
  copy: z.string().nullable(),
  by: z.string(),
  scheduled: z.boolean(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  verdict: backupVerdictSchema.nullable(),
  reason: z.string().nullable(),
  facts: z.record(z.string(), z.json()),
});
export type BackupRunView = z.infer<typeof backupRunSchema>;

/** What was promised, and what is so. */
export const objectiveSchema = z.strictObject({
  targetMs: z.number(),
  /** Null: never measured. */
  measuredMs: z.number().nullable(),
  met: z.boolean().nullable(),
  at: z.string().nullable(),
});

export const backupStateSchema = z.strictObject({
  system: z.string(),
  name: z.string(),
  title: z.string(),
  keep: z.int(),
  schedule: z.strictObject({ every: z.string(), timeZone: z.string(), nextAt: z.string().nullable() }).nullable(),
  offers: z.array(z.enum(["create", "verify", "drill"])),
  /** Why the copies cannot be told; then there are none here. */
  unreadable: z.string().nullable(),
  copies: z.array(backupCopySchema),
  rpo: objectiveSchema.nullable(),
  rto: objectiveSchema.nullable(),
  problems: z.array(z.strictObject({ name: z.string(), severity: z.string(), summary: z.string() })),
  /** Newest first. */
  runs: z.array(backupRunSchema),
});
export type BackupStateView = z.infer<typeof backupStateSchema>;

export const backupListSchema = z.strictObject({ backups: z.array(backupStateSchema) });

export const backupRunBodySchema = z.strictObject({
  /** Left out, the newest. */
  copy: z.string().max(200).optional(),
});
