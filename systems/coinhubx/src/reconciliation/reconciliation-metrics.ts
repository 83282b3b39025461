import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import type { CheckId, Report } from "./report.ts";
import { readLastConclusive, readReports } from "./report-store.ts";

const CHECKS: readonly CheckId[] = ["R1", "R2", "R3", "R4"];

/**
 * Counts the runs of this process and shows the newest report whoever made it. Returns what to tell of each report.
 */
export function addReconciliationMetrics(metrics: Metrics, database: Database): (report: Report) => void {
  const mismatches = metrics.counter({
    name: "reconciliation_mismatches_total",
    help: "Differences found between books that must agree.",
  });
  const runs = metrics.counter({
    name: "reconciliation_runs_total",
    help: "Reconciliations made, by verdict.",
    labels: ["verdict"],
    labelValues: { verdict: ["reconciled", "mismatch", "inconclusive"] },
  });
  metrics.gauge({
    name: "reconciliation_mismatches_current",
    help: "Differences in the newest conclusive report, by check.",
    labels: ["check"],
    read: async () => {
      const newest = (await readReports(database, 20)).find((report) => report.verdict !== "inconclusive");
      if (newest === undefined) return undefined;
      return CHECKS.map((check) => ({
        labels: { check },
        value: newest.mismatches.filter((mismatch) => mismatch.check === check).length,
      }));
    },
  });
  metrics.gauge({
    name: "reconciliation_last_conclusive_timestamp_seconds",
    help: "When the books were last compared completely, Unix seconds.",
    read: async () => {
      const at = await readLastConclusive(database);
      return at === undefined ? undefined : at / 1_000;
    },
  });
  return (report) => {
    runs.increment({ verdict: report.verdict });
    mismatches.increment(undefined, report.mismatch_count);
  };
}
