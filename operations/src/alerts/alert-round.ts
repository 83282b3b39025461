import type { Instant } from "@assay/primitives/instant";
import type { AlertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import { isMoreSevere, type Severity, type Threshold } from "../thresholds/threshold.ts";
import { type Alert, stateOf } from "./alert.ts";
import { type AlertState, advanceAlert } from "./alert-state.ts";

export interface RoundInput {
  readonly system: string;
  readonly rules: readonly AlertRule[];
  /** By id. */
  readonly thresholds: ReadonlyMap<string, Threshold>;
  /** By threshold id. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** Current alerts of the system, by rule name. */
  readonly current: ReadonlyMap<string, Alert>;
  readonly now: Instant;
  readonly newId: () => string;
}

/** What people are told of a change. */
export type Telling = "fired" | "raised" | "resolved" | "acknowledgement_expired";

export interface AlertChange {
  readonly before: Alert | undefined;
  /** Undefined: a pending alert went away without having fired. */
  readonly after: Alert | undefined;
  readonly rule: AlertRule | undefined;
  readonly telling: Telling | undefined;
}

/** One evaluation of all alert rules of a system: pure, so that it can be run again when it could not be written. */
export function alertRound(input: RoundInput): readonly AlertChange[] {
  const states = new Map(input.rules.map((rule) => [rule.name, nextState(rule, input)]));
  const inhibitors = inhibitorsOf(input.rules, states);
  const changes = input.rules.flatMap((rule) => {
    const before = input.current.get(rule.name);
    const after = nextAlert(
      { rule, before, state: states.get(rule.name)!, inhibitor: inhibitors.get(rule.name) },
      input,
    );
    return changeOf(before, after, { rule, now: input.now });
  });
  const ruleNames = new Set(input.rules.map(({ name }) => name));
  const withoutRule = [...input.current.values()].filter(({ name }) => !ruleNames.has(name));
  // The system no longer declares the rule: nothing will ever resolve its alert, so it ends here.
  return [...changes, ...withoutRule.map((before) => ended(before, input.now))];
}

function nextState(rule: AlertRule, { thresholds, readings, current, now }: RoundInput): AlertState {
  const read = rule.thresholds.flatMap((id) => {
    const threshold = thresholds.get(id);
    const reading = readings.get(id);
    return threshold === undefined || reading === undefined ? [] : [{ threshold, reading }];
  });
  return advanceAlert(stateOf(current.get(rule.name)), { rule, readings: read, now });
}

/** For each quiet rule, the name of the firing one that keeps it quiet. */
function inhibitorsOf(rules: readonly AlertRule[], states: ReadonlyMap<string, AlertState>): Map<string, string> {
  const firing = rules.filter(({ name }) => states.get(name)?.state === "firing");
  return new Map(firing.flatMap(({ name, inhibits }) => inhibits.map((quiet) => [quiet, name] as const)));
}

interface Step {
  readonly rule: AlertRule;
  readonly before: Alert | undefined;
  readonly state: AlertState;
  readonly inhibitor: string | undefined;
}

function nextAlert({ rule, before, state, inhibitor }: Step, input: RoundInput): Alert | undefined {
  if (state.state === "inactive") return undefined;
  if (state.state === "resolved") return before && resolve(before, input.now);
  const { system, now, readings } = input;
  const severity = state.severity!;
  const threshold = state.conditions.find((one) => one.severity === severity)!.threshold;
  const reading = readings.get(threshold);
  const alert: Alert = {
    ...(before ?? newAlert(input.newId(), now)),
    system,
    name: rule.name,
    state: state.state,
    severity,
    summary: rule.summary,
    runbook: rule.runbook,
    threshold,
    conditions: state.conditions,
    unknown: state.unknown,
    inhibitedBy: inhibitor ?? null,
    firedAt: before?.firedAt ?? (state.state === "firing" ? now : null),
    value: reading === undefined || reading.kind === "unknown" ? (before?.value ?? null) : (reading.value ?? null),
  };
  const expiry = alert.acknowledgement?.expiresAt;
  return expiry !== undefined && expiry <= now ? { ...alert, acknowledgement: null } : alert;
}

function newAlert(id: string, now: Instant) {
  return {
    id,
    startedAt: now,
    resolvedAt: null,
    acknowledgement: null,
    toldSeverity: null,
    incidentId: null,
  };
}

function resolve(alert: Alert, now: Instant): Alert {
  return { ...alert, state: "resolved", resolvedAt: now, conditions: [], inhibitedBy: null };
}

function ended(before: Alert, now: Instant): AlertChange {
  if (before.state === "pending") return { before, after: undefined, rule: undefined, telling: undefined };
  const telling = before.toldSeverity === null ? undefined : "resolved";
  return { before, after: resolve(before, now), rule: undefined, telling };
}

function changeOf(
  before: Alert | undefined,
  after: Alert | undefined,
  { rule, now }: { readonly rule: AlertRule; readonly now: Instant },
): AlertChange[] {
  if (after === undefined) return before === undefined ? [] : [{ before, after, rule, telling: undefined }];
  const telling = tellingOf(before, after, now);
  const told = telling === "fired" || telling === "raised" ? { ...after, toldSeverity: after.severity } : after;
  // The value moves at every round; writing it each time would be a write per alert and second for nobody.
  const isSame = before !== undefined && telling === undefined && sameButValue(before, told);
  return isSame ? [] : [{ before, after: told, rule, telling }];
}

function tellingOf(before: Alert | undefined, after: Alert, now: Instant): Telling | undefined {
  if (after.state === "resolved") return after.toldSeverity === null ? undefined : "resolved";
  if (after.state !== "firing" || after.inhibitedBy !== null) return undefined;
  if (after.toldSeverity === null) return "fired";
  if (isMoreSevere(after.severity, after.toldSeverity)) return "raised";
  const expiry = before?.acknowledgement?.expiresAt;
  return expiry !== undefined && expiry <= now ? "acknowledgement_expired" : undefined;
}

function sameButValue(before: Alert, after: Alert): boolean {
  return JSON.stringify({ ...before, value: null }) === JSON.stringify({ ...after, value: null });
}

/** Info is shown and never called in; the rest reaches people. */
export function isPaged(severity: Severity): boolean {
  return severity !== "info";
}

/** These open an incident or join one. */
export function opensIncident(severity: Severity): boolean {
  return severity === "high" || severity === "critical";
}
