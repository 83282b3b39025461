import { DAY_MS, formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { type ComponentHistory, type ComponentState, worstState } from "../api/schema/status.ts";

/** From `at` on the part was in `state`, until the next change. */
export interface StateChange {
  readonly at: Instant;
  readonly state: ComponentState;
}

export interface Span {
  /** Midnight UTC of the first day. */
  readonly from: Instant;
  readonly to: Instant;
}

const OUTAGES: readonly ComponentState[] = ["major outage", "partial outage"];

/**
 * Days and uptime of a part, from its recorded changes alone (oldest first; the first may lie before `from`). Before the
 * first change nothing is known. Uptime is the share of the known time that was no outage; maintenance is not counted.
 */
export function componentHistory(changes: readonly StateChange[], { from, to }: Span): ComponentHistory {
  const spans = spansOf(changes, { from, to });
  const days = [];
  for (let start: number = from; start < to; start += DAY_MS) {
    const day = spans.flatMap((span) =>
      clip(span, { from: toInstant(start), to: toInstant(Math.min(start + DAY_MS, to)) }),
    );
    days.push({
      day: formatInstant(toInstant(start)).slice(0, 10),
      worst: worstOf(day),
      knownMs: lengthOf(day, (state) => state !== "no data"),
      outageMs: lengthOf(day, isOutage),
    });
  }
  const unknownMs = lengthOf(spans, (state) => state === "no data");
  const maintenanceMs = lengthOf(spans, (state) => state === "under maintenance");
  const outageMs = lengthOf(spans, isOutage);
  const knownMs = to - from - unknownMs;
  const countedMs = knownMs - maintenanceMs;
  const uptime = countedMs <= 0 ? null : (countedMs - outageMs) / countedMs;
  return { days, uptime, knownMs, unknownMs, maintenanceMs, outageMs };
}

interface StateSpan extends Span {
  readonly state: ComponentState;
}

function spansOf(changes: readonly StateChange[], window: Span): StateSpan[] {
  const before: StateChange = { at: toInstant(0), state: "no data" };
  const all = [before, ...changes];
  return all.flatMap(({ at, state }, index) => clip({ from: at, to: all[index + 1]?.at ?? window.to, state }, window));
}

function clip(span: StateSpan, { from, to }: Span): StateSpan[] {
  const clipped = { ...span, from: toInstant(Math.max(span.from, from)), to: toInstant(Math.min(span.to, to)) };
  return clipped.from < clipped.to ? [clipped] : [];
}

// A day that is partly known shows the worst of what is known, and how much is known beside it.
function worstOf(spans: readonly StateSpan[]): ComponentState {
  const known = spans.map(({ state }) => state).filter((state) => state !== "no data");
  return known.length === 0 ? "no data" : worstState(known);
}

function lengthOf(spans: readonly StateSpan[], counts: (state: ComponentState) => boolean): number {
  return spans.reduce((sum, { from, to, state }) => sum + (counts(state) ? to - from : 0), 0);
}

function isOutage(state: ComponentState): boolean {
  return OUTAGES.includes(state);
}
