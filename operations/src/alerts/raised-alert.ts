import type { Instant } from "@assay/primitives/instant";
import type { Severity } from "../thresholds/threshold.ts";
import { type Alert, type AlertIdentity, type CoolDown, newAlert, type RaisedSource } from "./alert.ts";
import { groupOf } from "./grouping.ts";

/** An alert that does not come from a threshold; the same source, system, name and key is the same alert. */
export interface RaisedAlert {
  readonly source: RaisedSource;
  readonly system: string;
  readonly name: string;
  readonly key: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook: string | null;
  /** A label `group` names the group within the system. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Whose alert is over. */
export type SettledAlert = AlertIdentity & { readonly source: RaisedSource };

/** The alert as it stands once it was raised (again). */
export function raiseAlert(
  before: Alert | undefined,
  { raised, id, now, coolDown }: { raised: RaisedAlert; id: string; now: Instant; coolDown: CoolDown | null },
): Alert {
  const { severity, summary, runbook, labels, ...identity } = raised;
  const group = groupOf(raised.system, labels.group);
  const alert = before ?? {
    ...newAlert({ ...identity, id, severity, summary, runbook, labels, group, now }),
    coolDown,
  };
  return { ...alert, state: "firing", severity, summary, runbook, labels, firedAt: alert.firedAt ?? now };
}
