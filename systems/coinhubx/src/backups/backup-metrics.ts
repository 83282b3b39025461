import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Backups } from "./backups.ts";

/** Absent until a backup has been verified: unknown is not the same as fresh. */
export function addBackupMetrics(metrics: Metrics, backups: Backups): void {
  metrics.gauge({
    name: "backup_last_verified_timestamp_seconds",
    help: "When a backup was last restored and found good, Unix seconds.",
    read: async () => {
      const at = await backups.lastVerifiedAt();
      return at === undefined ? undefined : at / 1_000;
    },
  });
}
