import { z } from "zod";

export const backupSchema = z.strictObject({
  /** `backup_YYYYMMDD_HHMMSS` */
  name: z.string(),
  created_at: z.string(),
  size_mb: z.number(),
  verified_at: z.string().nullable(),
  sha256: z.string(),
});
export type BackupView = z.infer<typeof backupSchema>;

export const backupsSchema = z.strictObject({ success: z.literal(true), backups: z.array(backupSchema) });

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
