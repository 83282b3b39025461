import { type Result, refuse } from "@assay/primitives/result";
import type { BackupOutcome, BackupRefusal, Backups, BackupView } from "../backups/backups.ts";
import type { DrillOutcome } from "../backups/drill-restore.ts";
import type { RestoredCopy, RestoreRequest } from "../backups/prepare-restore.ts";

export type ConfiguredRefusal = BackupRefusal | { readonly code: "BACKUPS_NOT_CONFIGURED"; readonly detail: string };

export const BACKUP_REFUSALS = {
  BACKUP_RUNNING: 409,
  BACKUP_NO_SPACE: 507,
  BACKUPS_NOT_CONFIGURED: 409,
  UNKNOWN_BACKUP: 404,
} as const;

/** The backups of a process that may not have a folder for them, or not run beside the database. */
export interface ConfiguredBackups {
  list(): Promise<BackupView[]>;
  create(): Promise<Result<BackupOutcome, ConfiguredRefusal>>;
  verify(name: string): Promise<Result<BackupOutcome, ConfiguredRefusal>>;
  drill(name: string): Promise<Result<DrillOutcome, ConfiguredRefusal>>;
  restorePointAt(): Promise<string | null>;
  prepareRestore(name: string, request: RestoreRequest): Promise<Result<RestoredCopy, ConfiguredRefusal>>;
}

export function configuredBackups(backups: Backups | undefined): ConfiguredBackups {
  return (
    backups ?? {
      list: async () => [],
      restorePointAt: async () => null,
      create: notConfigured,
      verify: notConfigured,
      drill: notConfigured,
      prepareRestore: notConfigured,
    }
  );
}

async function notConfigured(): Promise<Result<never, ConfiguredRefusal>> {
  const detail =
    "Set COINHUBX_BACKUP_DIR and COINHUBX_DATA_DIRECTORY, on the machine of the database, to make backups.";
  return refuse({ code: "BACKUPS_NOT_CONFIGURED", detail });
}
