import type { Evidence } from "./check-evidence.ts";

/** What a drill measured. Times are of the wall clock, from the injection and from the alert. */
export interface DrillReport {
  readonly system: string;
  readonly fault: string;
  readonly alert: string;
  readonly mode: "drill" | "control";
  readonly detectMs: number;
  readonly detectLimitMs: number;
  /** From the alert to its end and the end of the run; absent in a control, which does not heal. */
  readonly recoverMs?: number;
  readonly recoverLimitMs: number;
  /** In a control: how long the alert was watched, firing. */
  readonly watchedMs?: number;
  readonly runId?: string;
  /** The text that was run. */
  readonly runbook?: { readonly id: string; readonly sha256: string };
  /** Null for a warning, which opens none. */
  readonly incidentId: string | null;
  readonly evidence?: Evidence;
}

/** Two or three lines for people, with limits beside what was measured. */
export function formatDrillReport(report: DrillReport): string {
  const { system, fault, alert, mode, detectMs, detectLimitMs, recoverMs, recoverLimitMs, watchedMs, evidence } =
    report;
  const lines = [
    `${mode} ${system} ${fault}: ${alert}`,
    `  time to detect   ${seconds(detectMs)}   (limit ${seconds(detectLimitMs)})`,
  ];
  if (recoverMs !== undefined)
    lines.push(`  time to recover  ${seconds(recoverMs)}   (limit ${seconds(recoverLimitMs)})`);
  if (watchedMs !== undefined) lines.push(`  without the runbook it was still firing after ${seconds(watchedMs)}`);
  if (evidence !== undefined)
    lines.push(
      `  evidence         ${evidence.timelineEntries} timeline entries, ${evidence.auditEntries} audit entries, proof verified offline`,
    );
  return lines.join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
