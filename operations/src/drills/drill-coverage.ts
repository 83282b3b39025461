import type { DrillStatus } from "../api/schema/drills.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { CatalogueEntry } from "../runbooks/catalogue.ts";
import type { DrillResult } from "./drill-results.ts";

export interface DrilledAlert {
  readonly system: string;
  /** The rule's name. */
  readonly alert: string;
  readonly runbook: string;
  /** The fault whose drill proves the runbook; null where none is named. */
  readonly fault: string | null;
  readonly status: DrillStatus;
  readonly last: DrillResult | null;
}

export interface DrillCoverage {
  readonly alerts: number;
  /** Alerts whose drill passed with the text of the runbook that is in force. */
  readonly proven: number;
  readonly byAlert: readonly DrilledAlert[];
  readonly skipped: readonly {
    readonly system: string;
    readonly runbook: string;
    readonly step: string;
    readonly reason: string;
  }[];
}

/** How much of what can fire is proven by a drill (operations.md §7: the published number). */
export function drillCoverage(
  manifests: readonly Pick<Manifest, "system" | "alertRules">[],
  runbooks: readonly CatalogueEntry[],
  results: readonly DrillResult[],
): DrillCoverage {
  const byAlert = manifests.flatMap(({ system, alertRules }) =>
    alertRules.map((rule): DrilledAlert => {
      const entry = runbooks.find((one) => one.system === system && one.id === rule.runbook);
      const fault = entry?.runbook?.drill?.fault ?? null;
      // A fault may set off several alerts; each is proven only by a drill that waited for it.
      const last = newestDrill(results, (one) => one.system === system && one.alert === rule.name);
      const status = entry === undefined ? "none" : statusOf(entry, last);
      return { system, alert: rule.name, runbook: rule.runbook, fault, status, last: last ?? null };
    }),
  );
  return {
    alerts: byAlert.length,
    proven: byAlert.filter(({ status }) => status === "passed").length,
    byAlert,
    skipped: runbooks.flatMap(({ system, id, runbook }) =>
      (runbook?.steps ?? []).flatMap(({ name, skipInCi }) =>
        skipInCi === undefined ? [] : [{ system, runbook: id, step: name, reason: skipInCi }],
      ),
    ),
  };
}

/** What drills say of one runbook. */
export function drillStatus(entry: CatalogueEntry, results: readonly DrillResult[]): DrillStatus {
  const fault = entry.runbook?.drill?.fault;
  const isIts = (one: DrillResult) =>
    one.system === entry.system && (one.fault === fault || one.runbook?.id === entry.id);
  return statusOf(entry, newestDrill(results, isIts));
}

function newestDrill(
  results: readonly DrillResult[],
  isWanted: (result: DrillResult) => boolean,
): DrillResult | undefined {
  return results
    .filter((one) => one.mode === "drill" && isWanted(one))
    .reduce<DrillResult | undefined>(
      (left, right) => (left === undefined || right.at > left.at ? right : left),
      undefined,
    );
}

function statusOf(entry: CatalogueEntry, last: DrillResult | undefined): DrillStatus {
  if (last === undefined) return entry.runbook?.drill === undefined ? "none" : "never";
  if (!last.passed) return "failed";
  return last.runbook?.sha256 === entry.sha256 ? "passed" : "outdated";
}
