import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../customers/customer.ts";
import type { OrderId, OrderOptions, OrderTerms, Side } from "./order.ts";
import { LARGEST_KEY, PriceIndex } from "./price-index.ts";

/** A stop that waits for its price; what it may cost was set aside when it came. */
export interface PendingStop {
  readonly terms: OrderTerms & { readonly options: OrderOptions };
  readonly reserve: bigint;
  /** The number of the command that brought it: its age. */
  readonly sequence: number;
}

class StopLevel {
  readonly stopPriceTicks: number;
  /** In order of age: a map keeps the order in which its keys came. */
  readonly stops = new Map<OrderId, PendingStop>();

  constructor(stopPriceTicks: number) {
    this.stopPriceTicks = stopPriceTicks;
  }
}

/** One side's waiting stops, the one nearest to the price first: the lowest buy, the highest sell. */
class StopSide {
  readonly #levels: PriceIndex<StopLevel>;
  readonly #flip: number;

  constructor(side: Side) {
    const flip = side === "buy" ? 0 : LARGEST_KEY;
    this.#flip = flip;
    this.#levels = new PriceIndex((key) => new StopLevel(key ^ flip));
  }

  add(stop: PendingStop): void {
    const { orderId, options } = stop.terms;
    this.#levels.getOrCreate(options.stopPriceTicks ^ this.#flip).stops.set(orderId, stop);
  }

  remove(stop: PendingStop): void {
    const key = stop.terms.options.stopPriceTicks ^ this.#flip;
    const level = this.#levels.getOrCreate(key);
    level.stops.delete(stop.terms.orderId);
    if (level.stops.size === 0) this.#levels.remove(key);
  }

  nearest(): StopLevel | undefined {
    return this.#levels.lowest();
  }

  removeNearest(level: StopLevel): void {
    this.#levels.remove(level.stopPriceTicks ^ this.#flip);
  }

  *stops(): Generator<PendingStop, void, undefined> {
    for (const level of this.#levels.values()) yield* level.stops.values();
  }
}

/** The stops of one market: those that wait, and those that were triggered and have not entered yet, in their order. */
export class StopBook {
  readonly #sides: Readonly<Record<Side, StopSide>> = { buy: new StopSide("buy"), sell: new StopSide("sell") };
  readonly #waiting = new Map<OrderId, PendingStop>();
  readonly #owners = new Map<CustomerId, Set<PendingStop>>();
  #triggered: PendingStop[] = [];
  // Where the queue begins: shifting a long array moves all of it each time.
  #head = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  get hasTriggered(): boolean {
    return this.#head < this.#triggered.length;
  }

  find(orderId: OrderId): PendingStop | undefined {
    return this.#waiting.get(orderId);
  }

  /** The waiting stops of a customer, oldest first. */
  of(customerId: CustomerId): ReadonlySet<PendingStop> {
    return this.#owners.get(customerId) ?? new Set();
  }

  add(stop: PendingStop): void {
    const { orderId, customerId, side } = stop.terms;
    this.#waiting.set(orderId, stop);
    this.#sides[side].add(stop);
    const own = this.#owners.get(customerId);
    if (own === undefined) this.#owners.set(customerId, new Set([stop]));
    else own.add(stop);
  }

  remove(stop: PendingStop): void {
    this.#sides[stop.terms.side].remove(stop);
    this.#forget(stop);
  }

  /** Triggers every stop whose condition the last price makes true: the nearest first, then the oldest. */
  trigger(lastPriceTicks: number): void {
    if (this.#waiting.size === 0) return;
    for (const side of ["buy", "sell"] as const) {
      const stops = this.#sides[side];
      for (let level = stops.nearest(); level !== undefined; level = stops.nearest()) {
        if (!isReached(side, level.stopPriceTicks, lastPriceTicks)) break;
        stops.removeNearest(level);
        for (const stop of level.stops.values()) {
          this.#forget(stop);
          this.#triggered.push(stop);
        }
      }
    }
  }

  /** Takes the next triggered stop. */
  next(): PendingStop | undefined {
    if (!this.hasTriggered) return undefined;
    const stop = this.#triggered[this.#head]!;
    this.#head += 1;
    if (!this.hasTriggered) {
      this.#triggered = [];
      this.#head = 0;
    }
    return stop;
  }

  /** The waiting stops of a side in the order in which they would trigger. */
  waiting(side: Side): Iterable<PendingStop> {
    return this.#sides[side].stops();
  }

  triggered(): readonly PendingStop[] {
    return this.#triggered.slice(this.#head);
  }

  /** For a snapshot: what was triggered and has not entered yet. */
  restoreTriggered(stops: readonly PendingStop[]): void {
    assert(!this.hasTriggered, "a snapshot is read once");
    this.#triggered = [...stops];
  }

  #forget(stop: PendingStop): void {
    const { orderId, customerId } = stop.terms;
    this.#waiting.delete(orderId);
    const own = this.#owners.get(customerId)!;
    own.delete(stop);
    if (own.size === 0) this.#owners.delete(customerId);
  }
}

/** Whether a stop's condition holds: a buy at its price or above, a sell at its price or below. */
export function isReached(side: Side, stopPriceTicks: number, lastPriceTicks: number): boolean {
  return side === "buy" ? lastPriceTicks >= stopPriceTicks : lastPriceTicks <= stopPriceTicks;
}
