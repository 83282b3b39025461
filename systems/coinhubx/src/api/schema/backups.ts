import { z } from "zod";

export const backupSchema = z.strictObject({
  /** `backup_YYYYMMDD_HHMMSS` */
  name: z.string(),
  created_at: z.string(),
  size_mb: z.number(),
  verified_at: z.string().nullable(),
  sha256: z.string(),
  verification: z.enum(["passed", "failed", "never"]),
  checked_at: z.string().nullable(),
  reason: z.string().nullable(),
  second: z.strictObject({ status: z.enum(["passed", "failed", "never"]), at: z.string().nullable() }).nullable(),
});
export type BackupView = z.infer<typeof backupSchema>;

export const backupsSchema = z.strictObject({
  success: z.literal(true),
  backups: z.array(backupSchema),
  /** Up to when a restore of the newest verified one reaches, with the log archived since. */
  restore_point_at: z.string().nullable(),
});

export const backupCreatedSchema = z.strictObject({
  success: z.literal(true),
  backup: z.strictObject({
    backup_name: z.string(),
    backup_path: z.string(),
    timestamp: z.string(),
    size_mb: z.number(),
    status: z.enum(["created", "verified", "failed"]),
  }),
});
export type BackupCreated = z.infer<typeof backupCreatedSchema>["backup"];
