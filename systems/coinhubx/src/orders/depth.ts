import type { EngineEvent } from "../matching/engine-event.ts";
import type { MatchingEngine } from "../matching/matching-engine.ts";
import { oppositeOf, type Side } from "../matching/order.ts";

/** A price level: its price in ticks and what rests there in lots; zero lots means that it is gone. */
export type Level = readonly [priceTicks: number, lots: number];

export interface LevelChanges {
  readonly seq: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** The committed book by price level: what the public may see. A fold of the engine's events. */
export class Depth {
  readonly #levels: Readonly<Record<Side, Map<number, number>>> = { buy: new Map(), sell: new Map() };
  #seq: number;

  constructor(engine: MatchingEngine) {
    this.#seq = engine.counters.bookSequence;
    for (const side of ["buy", "sell"] as const) {
      for (const level of engine.book.side(side).levels()) this.#levels[side].set(level.priceTicks, level.lots);
    }
  }

  /** Counts the commands that changed a level, without gaps, over restarts too. */
  get seq(): number {
    return this.#seq;
  }

  /** Applies one command's events; `undefined` when no level changed. */
  apply(events: readonly EngineEvent[]): LevelChanges | undefined {
    const changed = { buy: new Set<number>(), sell: new Set<number>() };
    const add = (side: Side, priceTicks: number, lots: number) => {
      const levels = this.#levels[side];
      const left = (levels.get(priceTicks) ?? 0) + lots;
      if (left === 0) levels.delete(priceTicks);
      else levels.set(priceTicks, left);
      changed[side].add(priceTicks);
    };
    for (const event of events) {
      if (event.type === "trade") add(oppositeOf(event.takerSide), event.priceTicks, -event.lots);
      else if (event.type === "canceled" || event.type === "maker_expired")
        add(event.side, event.priceTicks, -event.remainingLots);
      else if (event.type === "decremented") add(event.maker.side, event.priceTicks, -event.lots);
      else if (event.type === "amended") add(event.side, event.fromPriceTicks, -event.fromLots);
      else if (event.type === "placed" && (event.status === "new" || event.status === "partially_filled"))
        add(event.side, event.priceTicks, event.remainingLots);
    }
    if (changed.buy.size + changed.sell.size === 0) return undefined;
    this.#seq += 1;
    return { seq: this.#seq, bids: this.#read("buy", changed.buy), asks: this.#read("sell", changed.sell) };
  }

  /** The best `limit` levels of each side, best first. */
  top(limit: number): LevelChanges {
    const bids = [...this.#levels.buy].sort(([left], [right]) => right - left);
    const asks = [...this.#levels.sell].sort(([left], [right]) => left - right);
    return { seq: this.#seq, bids: bids.slice(0, limit), asks: asks.slice(0, limit) };
  }

  #read(side: Side, prices: ReadonlySet<number>): Level[] {
    return [...prices].map((priceTicks) => [priceTicks, this.#levels[side].get(priceTicks) ?? 0]);
  }
}
