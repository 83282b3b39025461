import { addMs, type Instant } from "@assay/primitives/instant";
import type { AlertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { type Alert, type AlertIdentity, type CoolDown, newAlert, stateOf } from "./alert.ts";
import { type AlertState, advanceAlert } from "./alert-state.ts";
import { groupOf } from "./grouping.ts";

export interface RoundInput {
  readonly system: string;
  readonly rules: readonly AlertRule[];
  /** By id. */
  readonly thresholds: ReadonlyMap<string, Threshold>;
  /** By threshold id. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** Current alerts of the system's rules, by rule name. */
  readonly current: ReadonlyMap<string, Alert>;
  readonly now: Instant;
  readonly newId: () => string;
  /** What is left of the alert's last time. */
  readonly coolDownOf?: (identity: AlertIdentity) => CoolDown | undefined;
}

/** How an alert moved. Equal sides: it did not, and may still be told. */
export interface AlertStep {
  readonly before: Alert | undefined;
  /** Undefined: a pending alert went away without having fired. */
  readonly after: Alert | undefined;
  /** Undefined for an alert that no rule makes (any more). */
  readonly rule: AlertRule | undefined;
}

/** One evaluation of all alert rules of a system: pure, so that it can be run again when it could not be written. */
export function alertRound(input: RoundInput): readonly AlertStep[] {
  const { rules, current, now } = input;
  const steps = rules.flatMap((rule) => {
    const before = current.get(rule.name);
    const after = nextAlert({ rule, before, state: nextState(rule, input) }, input);
    return before === undefined && after === undefined ? [] : [{ before, after, rule }];
  });
  if (current.size === 0) return steps;
  const names = new Set(rules.map(({ name }) => name));
  const withoutRule = [...current.values()].filter(({ name }) => !names.has(name));
  // The system no longer declares the rule: nothing will ever resolve its alert, so it ends here.
  const ended = withoutRule.map((before) => ({ before, after: endAlert(before, { now }), rule: undefined }));
  return [...steps, ...ended];
}

function nextState(rule: AlertRule, { thresholds, readings, current, now }: RoundInput): AlertState {
  const read = rule.thresholds.flatMap((id) => {
    const threshold = thresholds.get(id);
    const reading = readings.get(id);
    return threshold === undefined || reading === undefined ? [] : [{ threshold, reading }];
  });
  return advanceAlert(stateOf(current.get(rule.name)), { rule, readings: read, now });
}

interface RuleStep {
  readonly rule: AlertRule;
  readonly before: Alert | undefined;
  readonly state: AlertState;
}

function nextAlert({ rule, before, state }: RuleStep, input: RoundInput): Alert | undefined {
  const { now, readings } = input;
  if (state.state === "inactive") return undefined;
  if (state.state === "resolved") return before && endAlert(before, { now, coolDownMs: rule.coolDownMs });
  const severity = state.severity!;
  const threshold = state.conditions.find((one) => one.severity === severity)!.threshold;
  const reading = readings.get(threshold);
  return {
    ...(before ?? begin(rule, input)),
    state: state.state,
    severity,
    summary: rule.summary,
    runbook: rule.runbook,
    labels: rule.labels,
    threshold,
    conditions: state.conditions,
    unknown: state.unknown,
    firedAt: before?.firedAt ?? (state.state === "firing" ? now : null),
    value: reading === undefined || reading.kind === "unknown" ? (before?.value ?? null) : (reading.value ?? null),
  };
}

function begin(rule: AlertRule, { system, now, newId, coolDownOf }: RoundInput): Alert {
  const { name, summary, runbook, labels } = rule;
  const identity = { source: "rules" as const, system, name, key: "" };
  const group = groupOf(system, rule.group ?? rule.incidentKey);
  const alert = newAlert({ ...identity, id: newId(), severity: "info", summary, runbook, labels, group, now });
  return { ...alert, coolDown: coolDownOf?.(identity) ?? null };
}

/** The end of an alert; one that never fired leaves nothing. */
export function endAlert(
  alert: Alert,
  { now, coolDownMs = 0 }: { readonly now: Instant; readonly coolDownMs?: number },
): Alert | undefined {
  if (alert.state === "pending") return undefined;
  const told = alert.toldSeverity;
  return {
    ...alert,
    state: "resolved",
    resolvedAt: now,
    conditions: [],
    inhibitedBy: null,
    reminder: null,
    resolutionTold: told === null,
    // An end that nobody hears of does not prolong the quiet, or an alert that flaps would never be told again.
    coolDown: told === null ? alert.coolDown : coolDown({ now, coolDownMs, severity: told }),
  };
}

function coolDown(of: { now: Instant; coolDownMs: number; severity: Alert["severity"] }): CoolDown | null {
  const { now, coolDownMs, severity } = of;
  return coolDownMs === 0 ? null : { from: now, until: addMs(now, coolDownMs), severity };
}
