import { drillResultSchema } from "@assay/operations/api/schema/drills";
import type { DrillReport } from "@assay/operations/drills/drill-report";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import type { JsonObject } from "@assay/primitives/json";
import { planeSession } from "../plane/plane-session.ts";
import { knownDrills } from "./known-drills.ts";

/** What became of a drill: what it measured, or why it failed. */
export type DrillEnd = { readonly report: DrillReport } | { readonly failed: string };

export interface DrillToRecord {
  readonly system: string;
  readonly fault: string;
  readonly isControl: boolean;
}

const LONGEST_REASON = 4_000;

/** Tells the plane of this folder's stack, so that its pages know which alerts are proven. */
export async function recordDrill(context: CommandContext, drill: DrillToRecord, end: DrillEnd): Promise<void> {
  const { system, fault, isControl } = drill;
  const body = { system, fault, mode: isControl ? "control" : "drill", ...(await toBody(context, drill, end)) };
  const recorded = await planeSession(context).call("/api/drills", drillResultSchema, { method: "POST", body });
  context.terminal.printError(`Recorded as ${recorded.id}.`);
}

async function toBody({ repository }: CommandContext, drill: DrillToRecord, end: DrillEnd): Promise<JsonObject> {
  if ("report" in end) {
    const { alert, runbook, detectMs, detectLimitMs, recoverMs, recoverLimitMs } = end.report;
    const measured = { detectMs, detectLimitMs, recoverMs, recoverLimitMs };
    const whole = Object.entries(measured).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Math.round(ms)]]));
    return {
      alert,
      passed: true,
      runbook: runbook === undefined ? null : { ...runbook },
      ...Object.fromEntries(whole),
    };
  }
  const known = (await knownDrills(repository)).find(
    ({ system, fault }) => system === drill.system && fault === drill.fault,
  );
  return { alert: known?.alert ?? "unknown", passed: false, reason: end.failed.slice(0, LONGEST_REASON) };
}
