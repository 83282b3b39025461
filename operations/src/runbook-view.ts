import type { Alerts } from "./alerts/alerts.ts";
import type { Audit } from "./audit/audit.ts";
import type { PlaneView } from "./runbooks/run/judge.ts";
import type { Evaluation } from "./systems/evaluation.ts";
import type { Systems } from "./systems/systems.ts";

export interface RunbookViewOptions {
  readonly alerts: Alerts;
  readonly audit: Audit;
  readonly evaluation: Evaluation;
  readonly systems: Systems;
  readonly now: () => number;
}

const RECENT_ENTRIES = 200;

/** What a runbook may look at in the plane itself. What cannot be told now is undefined, and so inconclusive. */
export function createRunbookView(options: RunbookViewOptions): PlaneView {
  const { alerts, audit, evaluation, systems, now } = options;
  return {
    alerts: {
      state: async (name) => {
        const dot = name.indexOf(".");
        const [system, rule] = [name.slice(0, dot), name.slice(dot + 1)];
        const manifest = systems.find(system)?.manifest;
        const declared = manifest?.alertRules.find((one) => one.name === rule);
        if (declared === undefined) return undefined;
        const current = alerts.current().find((alert) => alert.system === system && alert.name === rule);
        const readings = declared.thresholds.map((id) => evaluation.reading(system, id));
        // An alert that stays what it was because its numbers are gone says nothing about now.
        if (readings.some((reading) => reading === undefined || reading.kind === "unknown")) return undefined;
        return current === undefined ? "resolved" : (current.state as "pending" | "firing" | "resolved");
      },
    },
    metrics: {
      value: async (system, name) => {
        const monitored = systems.find(system);
        if (monitored === undefined) return undefined;
        const reading = evaluation.reading(system, name);
        if (reading !== undefined) return reading.kind === "unknown" ? undefined : reading.value;
        const values = [...monitored.series.select(name, {})].flatMap((series) => series.latest(now()) ?? []);
        return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
      },
    },
    recorded: {
      wasRecorded: async (action, since) => {
        const entries = await audit.list({ limit: RECENT_ENTRIES, text: action });
        return entries.some((entry) => entry.action === action && Date.parse(entry.at) >= since);
      },
    },
  };
}
