import type { Instant } from "@assay/primitives/instant";
import type { AlertRule, Inhibition } from "../thresholds/alert-rule.ts";
import { isMoreSevere, SEVERITIES } from "../thresholds/threshold.ts";
import { type Alert, alertKey, isQuiet } from "./alert.ts";
import type { AlertStep } from "./alert-round.ts";

/** What a silence or a window looks at. */
export type Matchable = Pick<Alert, "source" | "system" | "name" | "severity" | "labels">;

/** Silences and maintenance windows as alerts see them. */
export interface QuietReader {
  /** Id of the silence in force that holds the alert, or null. */
  silenceOf(alert: Matchable, now: Instant): string | null;
  /** Id of the maintenance window in force that holds the alert, or null. */
  maintenanceOf(alert: Matchable, now: Instant): string | null;
}

export const NO_QUIET: QuietReader = { silenceOf: () => null, maintenanceOf: () => null };

/** A firing alert with the rule it came from, as something that may keep others quiet. */
export interface Inhibitor {
  readonly alert: Alert;
  readonly rule: AlertRule | undefined;
}

/**
 * Marks what keeps each alert quiet, and what is loud again: an acknowledgement that expired, a silence that ended. Pure.
 * `elsewhere` are the firing alerts of other systems.
 */
export function markQuiet(
  steps: readonly AlertStep[],
  { quiet, elsewhere, now }: { quiet: QuietReader; elsewhere: readonly Inhibitor[]; now: Instant },
): readonly AlertStep[] {
  const here = steps.flatMap(({ after: alert, rule }) => (alert?.state === "firing" ? [{ alert, rule }] : []));
  const inhibited = inhibitedBy(here, elsewhere);
  return steps.map((step) => {
    const { after } = step;
    if (after === undefined || after.state === "resolved") return step;
    const marked: Alert = {
      ...after,
      inhibitedBy: inhibited.get(after.id) ?? null,
      silencedBy: quiet.silenceOf(after, now),
      maintenance: quiet.maintenanceOf(after, now),
    };
    return { ...step, after: withReminder(after, marked, now) };
  });
}

function withReminder(before: Alert, alert: Alert, now: Instant): Alert {
  const isExpired = alert.acknowledgement !== null && alert.acknowledgement.expiresAt <= now;
  if (isExpired) return { ...alert, acknowledgement: null, reminder: "acknowledgement_expired" };
  const isLoudAgain = isQuiet(before) && !isQuiet(alert) && alert.toldSeverity !== null;
  return isLoudAgain && alert.acknowledgement === null ? { ...alert, reminder: "quiet_ended" } : alert;
}

/** By id of each alert here that is kept quiet, the one that keeps it so. */
function inhibitedBy(here: readonly Inhibitor[], elsewhere: readonly Inhibitor[]): ReadonlyMap<string, string> {
  const quiet = twins(here);
  const all = [...here, ...elsewhere];
  const speakers = all.filter(({ rule }) => rule !== undefined && rule.inhibits.length + rule.inhibitsWhere.length > 0);
  if (speakers.length === 0) return quiet;
  const isHeld = (one: Inhibitor) => speakers.some((speaker) => inhibits(speaker, one.alert));
  const roots = speakers.filter((one) => !isHeld(one));
  // Rules that keep each other quiet must not end in silence: the worst of them speaks.
  const ranked = [...roots, ...speakers.toSorted(byRank)];
  for (const speaker of ranked) if (!quiet.has(speaker.alert.id)) spread(speaker, { all, quiet, from: speaker });
  return quiet;
}

interface Spread {
  readonly all: readonly Inhibitor[];
  readonly quiet: Map<string, string>;
  readonly from: Inhibitor;
}

/** What an inhibited alert inhibits is quiet too: the cause at the root speaks for all of it. */
function spread(speaker: Inhibitor, { all, quiet, from }: Spread): void {
  for (const one of all) {
    if (one === from || quiet.has(one.alert.id) || !inhibits(speaker, one.alert)) continue;
    const { system, name } = speaker.alert;
    quiet.set(one.alert.id, system === one.alert.system ? name : alertKey(system, name));
    spread(one, { all, quiet, from });
  }
}

function inhibits({ alert, rule }: Inhibitor, other: Alert): boolean {
  if (rule === undefined || other.id === alert.id) return false;
  if (other.system === alert.system && rule.inhibits.includes(other.name)) return true;
  return rule.inhibitsWhere.some((where) => fits(where, alert, other));
}

/**
 * Alerts of Alertmanager that somebody else tells: our own alert of that name, since Prometheus may evaluate the same rules,
 * or the worst of them, since Prometheus has an alert for each severity that holds.
 */
function twins(here: readonly Inhibitor[]): Map<string, string> {
  const quiet = new Map<string, string>();
  const foreign = here.flatMap(({ alert }) => (alert.source === "alertmanager" ? [alert] : []));
  if (foreign.length === 0) return quiet;
  const names = new Set(foreign.map(({ name }) => name));
  const own = new Set(
    here.flatMap(({ alert, rule }) => (rule !== undefined && names.has(alert.name) ? [alert.name] : [])),
  );
  for (const same of Map.groupBy(foreign, (alert) => alert.name + twinLabels(alert)).values()) {
    const worst = same.reduce((bad, one) => (isMoreSevere(one.severity, bad.severity) ? one : bad));
    for (const alert of same) if (own.has(alert.name) || alert !== worst) quiet.set(alert.id, alert.name);
  }
  return quiet;
}

function twinLabels({ labels }: Alert): string {
  const { severity: _severity, threshold: _threshold, ...rest } = labels;
  return JSON.stringify(Object.entries(rest).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function fits({ system, name, severity, labels, equal }: Inhibition, alert: Alert, other: Alert): boolean {
  return (
    (system === undefined || system === other.system) &&
    (name === undefined || name === other.name) &&
    (severity === undefined || severity === other.severity) &&
    Object.entries(labels).every(([label, value]) => other.labels[label] === value) &&
    equal.every((label) => alert.labels[label] !== undefined && alert.labels[label] === other.labels[label])
  );
}

function byRank(left: Inhibitor, right: Inhibitor): number {
  const severity = SEVERITIES.indexOf(right.alert.severity) - SEVERITIES.indexOf(left.alert.severity);
  return severity || (left.alert.id < right.alert.id ? -1 : 1);
}
