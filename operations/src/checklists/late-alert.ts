import type { Database } from "@assay/platform/storage/database";
import type { ChecklistDeclaration } from "../manifest/checklist.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { lateness, setAlerting } from "./round-store.ts";

/** An alert that no threshold decides. */
export interface RoutineAlert {
  readonly source: "checklist" | "backup";
  readonly system: string;
  readonly name: string;
  readonly key: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook: string | null;
  readonly labels: Record<string, string>;
}

export type RoutineAlertKey = Pick<RoutineAlert, "source" | "system" | "name" | "key">;

/** Where such alerts go; raising one again, or settling one that is over, changes nothing. */
export interface RoutineAlerts {
  raise(alert: RoutineAlert): Promise<unknown>;
  settle(alert: RoutineAlertKey, why: string): Promise<unknown>;
}

export interface LateAlerts extends RoutineAlerts {
  /** The checklist as it is declared now; undefined when it no longer is. */
  find(system: string, checklist: string): ChecklistDeclaration | undefined;
}

const NAME = "CHECKLIST_NOT_DONE";

/**
 * One alert per checklist for as long as any of its rounds is late. It is told before it is noted, so that a crash in
 * between tells twice and never not at all.
 */
export async function tellOfLateness(database: Database, alerts: LateAlerts): Promise<void> {
  for (const { system, checklist, alerting, late } of await lateness(database)) {
    if (alerting === late > 0) continue;
    const which = { source: "checklist" as const, system, name: NAME, key: checklist };
    if (late > 0) {
      const declared = alerts.find(system, checklist);
      const title = declared?.title ?? checklist;
      const summary =
        `${title} was not signed off by ${declared?.dueAt ?? "its deadline"} ${declared?.timeZone ?? ""}`.trim();
      const severity = declared?.severity ?? "warning";
      await alerts.raise({ ...which, severity, summary: `${summary}.`, runbook: null, labels: { checklist } });
    } else {
      await alerts.settle(which, `${checklist} is signed off, late`);
    }
    await setAlerting(database, { system, checklist }, late > 0);
  }
}
