import type { Instant } from "@assay/primitives/instant";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { ChecklistDeclaration } from "../manifest/checklist.ts";

export type ItemVerdict = "passed" | "failed" | "inconclusive";

/** One look at an item. */
export interface Tick {
  readonly sequence: number;
  readonly item: string;
  readonly verdict: ItemVerdict;
  /** What was seen, where and when; null for what a person looked at. */
  readonly observed: string | null;
  readonly source: string | null;
  readonly observedAt: Instant | null;
  readonly note: string;
  readonly actor: AuditActor;
  readonly at: Instant;
}

/** One time that a checklist is to be done. */
export interface Round {
  readonly id: string;
  readonly system: string;
  readonly checklist: string;
  readonly period: string;
  /** As it was in force when the round opened. */
  readonly definition: ChecklistDeclaration;
  readonly opensAt: Instant;
  readonly dueAt: Instant;
  /** When the plane found that it was not signed off in time. */
  readonly missedAt: Instant | null;
  readonly signedAt: Instant | null;
  readonly signedBy: { readonly id: string; readonly name: string } | null;
  readonly note: string;
}

export type ChecklistItem = ChecklistDeclaration["items"][number];

export interface ItemState {
  readonly item: ChecklistItem;
  /** Null while nobody looked. */
  readonly verdict: ItemVerdict | null;
  readonly last: Tick | null;
  /** What was written about the verdict that stands. */
  readonly note: string;
}

/** Where each item stands. A note belongs to a verdict: a new look that finds the same keeps it, another drops it. */
export function itemStates({ definition }: Pick<Round, "definition">, ticks: readonly Tick[]): ItemState[] {
  return definition.items.map((item) => {
    let state: ItemState = { item, verdict: null, last: null, note: "" };
    for (const tick of ticks) {
      if (tick.item !== item.id) continue;
      const kept = tick.verdict === state.verdict ? state.note : "";
      state = { item, verdict: tick.verdict, last: tick, note: tick.note === "" ? kept : tick.note };
    }
    return state;
  });
}

/** What keeps a round from being signed off: nobody looked, a note is missing, or it is not green and nobody says why. */
export function openItems(states: readonly ItemState[]): ItemState[] {
  return states.filter(
    ({ item, verdict, note }) =>
      verdict === null || (note === "" && (verdict !== "passed" || (item.note === "required" && !item.check))),
  );
}

export function isLate({ signedAt, dueAt }: Round): boolean {
  return signedAt !== null && signedAt > dueAt;
}
