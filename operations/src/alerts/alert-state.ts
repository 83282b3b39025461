import type { AlertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import { mostSevere, type Severity, type Threshold } from "../thresholds/threshold.ts";

/** One level of one threshold that holds now or held lately: Prometheus would keep one alert for each. */
export interface Condition {
  readonly threshold: string;
  readonly severity: Severity;
  readonly since: number;
  readonly firing: boolean;
  /** Since when it no longer holds while it is kept firing (`keepFiringMs`). */
  readonly fellAt?: number;
}

/** Where an alert stands; `inactive` before it began and after it ended without firing. */
export interface AlertState {
  readonly state: "inactive" | "pending" | "firing" | "resolved";
  /** The most severe level that fires, or while pending, that waits. */
  readonly severity?: Severity;
  readonly conditions: readonly Condition[];
  /** Whether any of its thresholds could not be read at the last evaluation: its state is what it was before. */
  readonly unknown: boolean;
}

export const INACTIVE: AlertState = { state: "inactive", conditions: [], unknown: false };

export interface AlertEvaluation {
  readonly rule: AlertRule;
  /** The rule's thresholds with their present readings. */
  readonly readings: readonly { readonly threshold: Threshold; readonly reading: Reading }[];
  readonly now: number;
}

/**
 * Moves an alert on by one evaluation. A level must hold for the threshold's `forMs` before it fires; a threshold that
 * cannot be read changes nothing: it neither starts, advances nor ends a condition.
 */
export function advanceAlert(previous: AlertState, evaluation: AlertEvaluation): AlertState {
  const { rule, readings, now } = evaluation;
  const conditions = readings.flatMap(({ threshold, reading }) => {
    const before = previous.conditions.filter((condition) => condition.threshold === threshold.id);
    return reading.kind === "unknown" ? before : advanceThreshold(before, { threshold, reading, rule, now });
  });
  const firing = mostSevere(conditions.filter((condition) => condition.firing).map(({ severity }) => severity));
  const waiting = mostSevere(conditions.map(({ severity }) => severity));
  const unknown = readings.some(({ reading }) => reading.kind === "unknown");
  if (firing !== undefined) return { state: "firing", severity: firing, conditions, unknown };
  const wasFiring = previous.state === "firing";
  if (waiting !== undefined && !wasFiring) return { state: "pending", severity: waiting, conditions, unknown };
  return { state: wasFiring ? "resolved" : "inactive", conditions, unknown };
}

interface ThresholdStep {
  readonly threshold: Threshold;
  readonly reading: Exclude<Reading, { kind: "unknown" }>;
  readonly rule: AlertRule;
  readonly now: number;
}

function advanceThreshold(before: readonly Condition[], step: ThresholdStep): Condition[] {
  const levels = step.reading.kind === "value" ? step.reading.levels : [];
  const severities = new Set([...levels, ...before.map(({ severity }) => severity)]);
  return [...severities].flatMap((severity) => {
    const known = before.find((condition) => condition.severity === severity);
    const next = levels.includes(severity) ? rise(known, severity, step) : fall(known!, step);
    return next === undefined ? [] : [next];
  });
}

function rise(known: Condition | undefined, severity: Severity, { threshold, now }: ThresholdStep): Condition {
  // A clock that was set back must not make a level wait for the time it already held.
  const since = Math.min(known?.since ?? now, now);
  const firing = known?.firing === true || now - since >= threshold.forMs;
  return { threshold: threshold.id, severity, since, firing };
}

function fall(known: Condition, { rule, now }: ThresholdStep): Condition | undefined {
  if (!known.firing) return undefined;
  const fellAt = Math.min(known.fellAt ?? now, now);
  return now - fellAt < rule.keepFiringMs ? { ...known, fellAt } : undefined;
}
