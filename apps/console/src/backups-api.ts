import {
  type BackupRunView,
  type BackupStateView,
  backupListSchema,
  backupRunSchema,
  type CopyVerdict,
} from "@assay/operations/api/schema/backups";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";

export const backupsQuery = queryOptions({
  queryKey: ["backups"],
  refetchInterval: 15_000,
  queryFn: async (): Promise<BackupStateView[]> =>
    (await request("/api/backups", { schema: backupListSchema })).backups,
});

export interface BackupWanted {
  readonly system: string;
  readonly backup: string;
  readonly what: BackupRunView["kind"];
  /** Left out for one that is to be made. */
  readonly copy?: string;
}

export function beginBackup({ system, backup, what, copy }: BackupWanted) {
  const path = `/api/backups/${encodeURIComponent(system)}/${encodeURIComponent(backup)}/${what}`;
  return request(path, { method: "POST", body: copy === undefined ? {} : { copy }, schema: backupRunSchema });
}

export const COPY_TONES: Record<CopyVerdict, Tone> = {
  passed: "good",
  failed: "critical",
  inconclusive: "unknown",
  never: "warning",
};
