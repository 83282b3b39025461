import type { EngineCommand, RiskVerdict } from "./engine-command.ts";
import type { MatchingEngine } from "./matching-engine.ts";
import { stateHash } from "./state-codec.ts";

/** The journal carries the state's hash at every command whose sequence is a multiple of this. */
export const STATE_HASH_INTERVAL = 1_000;

/** One row of the journal. */
export interface JournalEntry {
  readonly sequence: number;
  readonly command: EngineCommand;
  readonly verdict: RiskVerdict;
  /** The state's hash after this command, where one was stored. */
  readonly stateHash?: string;
}

/** Where a replay first left the journal: nothing is repaired, people decide. */
export interface ReplayMismatch {
  readonly sequence: number;
  readonly reason: "hash" | "gap" | "not_executable";
}

/**
 * Executes journal entries on top of `engine` and compares every stored hash. A wrong hash is reported and the replay
 * goes on, so that open orders can still be canceled; an entry that cannot follow ends it.
 */
export function replay(engine: MatchingEngine, entries: Iterable<JournalEntry>): ReplayMismatch | undefined {
  let mismatch: ReplayMismatch | undefined;
  for (const entry of entries) {
    const { sequence } = entry;
    if (sequence !== engine.counters.sequence + 1) return { sequence, reason: "gap" };
    if (!isExecutable(engine, entry)) return { sequence, reason: "not_executable" };
    engine.execute(entry.command, entry.verdict);
    if (entry.stateHash !== undefined && entry.stateHash !== stateHash(engine)) {
      mismatch ??= { sequence, reason: "hash" };
    }
  }
  return mismatch;
}

function isExecutable(engine: MatchingEngine, { command, verdict }: JournalEntry): boolean {
  switch (command.type) {
    case "trigger":
      return engine.stops.hasTriggered;
    case "cancel":
      return engine.ownerOf(command.orderId) === command.customerId;
    case "amend": {
      const order = engine.find(command.orderId);
      return order?.customerId === command.customerId && engine.checkAmend(order, command) === undefined;
    }
    case "place":
      if (engine.ownerOf(command.orderId) !== undefined) return false;
      return verdict !== "accepted" || engine.check(command) === undefined;
  }
}
