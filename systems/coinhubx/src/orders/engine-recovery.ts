import type { Sql } from "@assay/platform/storage/database";
import { sha256Hex } from "@assay/primitives/hash";
import type { Market } from "../markets/markets.ts";
import { MatchingEngine } from "../matching/matching-engine.ts";
import { type ReplayMismatch, replay } from "../matching/replay.ts";
import { decodeState } from "../matching/state-codec.ts";
import { readJournal, readSnapshotBelow, type StoredSnapshot } from "./engine-journal.ts";

const PAGE = 5_000;

export interface RecoveredEngine {
  readonly engine: MatchingEngine;
  /** The sequence of the snapshot it started from; zero without one. */
  readonly snapshotSequence: number;
  /** Sequences of newer snapshots that do not hold what their hash says. */
  readonly badSnapshots: readonly number[];
  /** Where the journal and its stored hashes first disagree. */
  readonly mismatch: ReplayMismatch | undefined;
}

/** Rebuilds a market's engine from its newest good snapshot and the journal after it, comparing every stored hash. */
export async function recoverEngine(database: Sql, market: Market): Promise<RecoveredEngine> {
  const { engine, badSnapshots } = await newestGoodSnapshot(database, market);
  const snapshotSequence = engine.counters.sequence;
  let mismatch: ReplayMismatch | undefined;
  while (true) {
    const after = engine.counters.sequence;
    const entries = await readJournal(database, market.code, { after, limit: PAGE });
    const found = replay(engine, entries);
    mismatch ??= found;
    const isStuck = found !== undefined && found.reason !== "hash";
    if (entries.length < PAGE || isStuck)
      return { engine, snapshotSequence, badSnapshots, mismatch: isStuck ? found : mismatch };
  }
}

async function newestGoodSnapshot(
  database: Sql,
  market: Market,
): Promise<{ engine: MatchingEngine; badSnapshots: number[] }> {
  const badSnapshots: number[] = [];
  let below = Number.MAX_SAFE_INTEGER;
  while (true) {
    const snapshot = await readSnapshotBelow(database, market.code, below);
    if (snapshot === undefined) return { engine: new MatchingEngine(market), badSnapshots };
    const engine = openSnapshot(market, snapshot);
    if (engine !== undefined) return { engine, badSnapshots };
    badSnapshots.push(snapshot.sequence);
    below = snapshot.sequence;
  }
}

function openSnapshot(market: Market, { sequence, state, stateHash }: StoredSnapshot): MatchingEngine | undefined {
  if (sha256Hex(state) !== stateHash) return undefined;
  const decoded = decodeState(market, state);
  return decoded.ok && decoded.value.counters.sequence === sequence ? decoded.value : undefined;
}
