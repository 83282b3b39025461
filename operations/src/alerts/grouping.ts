import type { Instant } from "@assay/primitives/instant";
import type { AlertRule } from "../thresholds/alert-rule.ts";
import { isMoreSevere, mostSevere, type Severity } from "../thresholds/threshold.ts";
import { type Alert, isQuiet } from "./alert.ts";
import type { AlertStep } from "./alert-round.ts";
import { type GroupHush, hushOf, hushUntil, isTold } from "./group-hush.ts";

/** What people are told of an alert. */
export type Telling = "fired" | "raised" | "resolved" | "acknowledgement_expired" | "quiet_ended" | "repeated";

export interface News {
  readonly alert: Alert;
  readonly telling: Telling;
  readonly rule: AlertRule | undefined;
}

/** One page about everything that is new in a group. */
export interface GroupPage {
  readonly group: string;
  /** The subject of all pages of the group, from its first to its last. */
  readonly lead: string;
  /** Worst first. */
  readonly news: readonly News[];
  /** Nothing of the group is left that people were told of. */
  readonly isOver: boolean;
  /** The worst of what people are told that still fires, or did until now. */
  readonly severity: Severity;
  /** Nobody is being called at the moment, although the group was told: something new must begin from the top. */
  readonly wasHushed: boolean;
  readonly to: "on-call" | "everyone";
}

export interface ToldRound {
  readonly steps: readonly AlertStep[];
  readonly pages: readonly GroupPage[];
  readonly hushes: readonly GroupHush[];
}

export interface GroupTiming {
  readonly waitMs: number;
  readonly intervalMs: number;
  readonly repeatMs: number;
}

const DEFAULT_TIMING: GroupTiming = { waitMs: 0, intervalMs: 0, repeatMs: 4 * 3_600_000 };

/** The group's key: of the whole system, or of what the rule names within it. */
export function groupOf(system: string, within: string | undefined): string {
  return `${system}/${within ?? ""}`;
}

/**
 * Decides what people are told now: one page for each group with news whose time has come, and which groups need nobody
 * called any more. Pure; an end that waits for its group stays in the steps with `resolutionTold: false`.
 */
export function tellGroups(steps: readonly AlertStep[], now: Instant): ToldRound {
  const groups = Map.groupBy(
    steps.filter(({ after }) => after !== undefined && after.state !== "pending"),
    ({ after }) => after!.group,
  );
  const told = new Map<string, Alert>();
  const pages: GroupPage[] = [];
  const hushes: GroupHush[] = [];
  for (const [group, members] of groups) {
    const page = pageOf(group, members, now);
    if (page !== undefined) {
      pages.push(page);
      const telling = new Map(page.news.map((one) => [one.alert.id, one]));
      for (const { after } of members)
        told.set(after!.id, afterPage(after!, { page, news: telling.get(after!.id), now }));
    }
    const hush = hushOf(members.map(({ before, after }) => ({ before, after: told.get(after!.id) ?? after! })));
    if (hush !== undefined) hushes.push(hush);
  }
  return {
    steps: steps.map((step) => ({ ...step, after: (step.after && told.get(step.after.id)) ?? step.after })),
    pages: pages.map((page) => ({
      ...page,
      news: page.news.map((one) => ({ ...one, alert: told.get(one.alert.id)! })),
    })),
    hushes,
  };
}

function pageOf(group: string, members: readonly AlertStep[], now: Instant): GroupPage | undefined {
  const timing = timingOf(members);
  const news = members.flatMap(({ after, rule }) => {
    const telling = newsOf(after!, now);
    return telling === undefined ? [] : [{ alert: after!, telling, rule }];
  });
  const alerts = members.map(({ after }) => after!);
  const present = news.length > 0 ? news : repeated(members, timing, now);
  const isLoud = present.some(({ telling }) => telling !== "resolved");
  const isOver = !isLoud && alerts.every(({ state, toldSeverity }) => state === "resolved" || toldSeverity === null);
  // That one of several has ended can wait for the next news: nobody needs to be called for it.
  const isReady = isLoud ? isDue(alerts, { news: present, timing, now }) : isOver && present.length > 0;
  if (!isReady) return undefined;
  const sorted = present.toSorted(byWeight);
  const lead = alerts.find(({ lead: known }) => known !== null)?.lead ?? sorted[0]!.alert.id;
  const to = present.some(({ rule }) => rule?.pages === "everyone") ? "everyone" : "on-call";
  const loud = [...alerts.filter(isTold), ...present.map(({ alert }) => alert)];
  const severity = mostSevere(loud.map((alert) => alert.severity))!;
  const befores = members.flatMap(({ before }) => (before !== undefined && isTold(before) ? [before] : []));
  return { group, lead, news: sorted, isOver, severity, wasHushed: hushUntil(befores) !== undefined, to };
}

function newsOf(alert: Alert, now: Instant): Telling | undefined {
  if (alert.state === "resolved") return alert.resolutionTold ? undefined : "resolved";
  if (isQuiet(alert)) return undefined;
  if (alert.toldSeverity === null) return isCooling(alert, now) ? undefined : "fired";
  if (isMoreSevere(alert.severity, alert.toldSeverity)) return "raised";
  return alert.reminder ?? undefined;
}

/** Whether the alert began again so soon after its end that it is not told yet. A clock that was set back does not count. */
export function isCooling({ coolDown, severity }: Pick<Alert, "coolDown" | "severity">, now: Instant): boolean {
  if (coolDown === null || now < coolDown.from || now >= coolDown.until) return false;
  return !isMoreSevere(severity, coolDown.severity);
}

function repeated(members: readonly AlertStep[], { repeatMs }: GroupTiming, now: Instant): News[] {
  if (repeatMs === 0) return [];
  return members.flatMap(({ after, rule }) => {
    const { state, toldSeverity, toldAt, acknowledgement } = after!;
    const isWaiting = state === "firing" && toldSeverity !== null && acknowledgement === null && !isQuiet(after!);
    const isDueAgain = isWaiting && isPaged(toldSeverity) && toldAt !== null && now - toldAt >= repeatMs;
    return isDueAgain ? [{ alert: after!, telling: "repeated" as const, rule }] : [];
  });
}

interface Due {
  readonly news: readonly News[];
  readonly timing: GroupTiming;
  readonly now: Instant;
}

function isDue(alerts: readonly Alert[], { news, timing, now }: Due): boolean {
  const lastTold = Math.max(...alerts.map(({ toldAt }) => toldAt ?? Number.NEGATIVE_INFINITY));
  const [since, waitMs] = Number.isFinite(lastTold)
    ? [lastTold, timing.intervalMs]
    : [Math.min(...news.map(({ alert }) => alert.firedAt ?? alert.startedAt)), timing.waitMs];
  // A clock that was set back must not hold a page for longer than it would have waited.
  return now < since || now - since >= waitMs;
}

/** The most impatient member decides. */
function timingOf(members: readonly AlertStep[]): GroupTiming {
  const rules = members.map(({ rule }) => rule);
  const least = (of: (rule: AlertRule) => number, otherwise: number) =>
    Math.min(...rules.map((rule) => (rule === undefined ? otherwise : of(rule))));
  const repeats = rules.map((rule) => rule?.repeatMs ?? DEFAULT_TIMING.repeatMs).filter((ms) => ms > 0);
  return {
    waitMs: least((rule) => rule.groupWaitMs, DEFAULT_TIMING.waitMs),
    intervalMs: least((rule) => rule.groupIntervalMs, DEFAULT_TIMING.intervalMs),
    repeatMs: repeats.length === 0 ? 0 : Math.min(...repeats),
  };
}

interface Paged {
  readonly page: GroupPage;
  readonly news: News | undefined;
  readonly now: Instant;
}

function afterPage(alert: Alert, { page, news, now }: Paged): Alert {
  if (news === undefined) return alert.toldSeverity === null ? alert : { ...alert, toldAt: now };
  const told = { ...alert, lead: page.lead, toldAt: now, reminder: null };
  if (news.telling === "resolved") return { ...told, resolutionTold: true };
  return news.telling === "fired" || news.telling === "raised" ? { ...told, toldSeverity: alert.severity } : told;
}

function byWeight(left: News, right: News): number {
  const isOver = Number(left.telling === "resolved") - Number(right.telling === "resolved");
  if (isOver !== 0) return isOver;
  if (left.alert.severity !== right.alert.severity)
    return isMoreSevere(left.alert.severity, right.alert.severity) ? -1 : 1;
  return left.alert.id < right.alert.id ? -1 : 1;
}

/** Info is shown and never called in; the rest reaches people. */
export function isPaged(severity: Severity): boolean {
  return severity !== "info";
}

/** These open an incident or join one. */
export function opensIncident(severity: Severity): boolean {
  return severity === "high" || severity === "critical";
}
