import { assert } from "@assay/primitives/assert";
import { toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../../src/customers/customer.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import type { PlaceCommand } from "../../src/matching/engine-command.ts";
import { MatchingEngine } from "../../src/matching/matching-engine.ts";
import { type OrderId, oppositeOf, type Side } from "../../src/matching/order.ts";
import { CUSTOMERS, packSteps, type StepNumbers } from "./stream-step.ts";

const RESTING = 1_000;
const LEVELS_A_SIDE = 700;
const MIDDLE = 300_000;
const AT = toInstant(Date.UTC(2026, 0, 31));

type Placement = NonNullable<StepNumbers["place"]>;
type Limit = Omit<Placement, "order">;

/**
 * The mix that exchange-core measures itself with, as far as stage 1 can express it: 9 % resting limits, 3 % limits that
 * take, 6 % cancels, 82 % amends; about 6 % of commands trade; about 1 000 orders rest in about 750 levels. Commands are
 * made against an engine of the generator's own, so a cancel always names an open order and no customer meets itself.
 */
export class OrderStream {
  readonly #dice: Dice;
  readonly #engine = new MatchingEngine({ ...ETH_USDT, openOrdersPerCustomer: RESTING });
  // Numbers of open orders in any order; an order that is gone is dropped when it is picked.
  readonly #open: number[] = [];
  #placed = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  /** The orders that rest before the measured stream begins. */
  opening(): Int32Array {
    return packSteps(RESTING, () => ({ place: this.#place(this.#resting()) }));
  }

  /** The next `count` commands, packed: what both contestants are sent. */
  next(count: number): Int32Array {
    return packSteps(count, () => this.#step());
  }

  #step(): StepNumbers {
    const roll = this.#dice.roll(100);
    if (roll < 9) return { place: this.#place(this.#resting()) };
    if (roll < 12) return { place: this.#place(this.#taking()) };
    const cancel = this.#cancel();
    if (roll < 18) return { cancel };
    // A few amends reach across the market: they make up the share that trades and keep the book at its size.
    const moved = roll < 23 && this.#engine.book.size > RESTING ? this.#taking() : this.#resting();
    return { cancel, place: this.#place({ ...moved, customer: cancel.customer }) };
  }

  #resting(): Limit {
    const side: Side = this.#dice.roll(2) === 0 ? "buy" : "sell";
    const best = this.#bestPrice(oppositeOf(side));
    const distance = 1 + this.#dice.roll(LEVELS_A_SIDE);
    const priceTicks = side === "buy" ? best - distance : best + distance;
    return { customer: this.#dice.roll(CUSTOMERS), side, priceTicks, quantityLots: 1 + this.#dice.roll(500) };
  }

  #taking(): Limit {
    const { book } = this.#engine;
    const side: Side = book.side("sell").levelCount > book.side("buy").levelCount ? "buy" : "sell";
    const priceTicks = this.#bestPrice(oppositeOf(side));
    return { customer: this.#dice.roll(CUSTOMERS), side, priceTicks, quantityLots: 1 + this.#dice.roll(50) };
  }

  #bestPrice(side: Side): number {
    return this.#engine.book.side(side).best?.priceTicks ?? MIDDLE;
  }

  #place(wanted: Limit): Placement {
    let limit = wanted;
    while (this.#meetsItself(limit)) limit = { ...limit, customer: this.#dice.roll(CUSTOMERS) };
    this.#placed += 1;
    const order = this.#placed;
    const last = this.#engine.execute(commandOf(order, limit), "accepted").at(-1);
    assert(last?.type === "placed" && last.status !== "expired_in_match", "no customer of the stream meets itself");
    if (last.reserve > 0n) this.#open.push(order);
    return { ...limit, order };
  }

  #meetsItself(limit: Limit): boolean {
    const { best } = this.#engine.book.side(oppositeOf(limit.side));
    if (best === undefined) return false;
    if (limit.side === "buy" ? best.priceTicks > limit.priceTicks : best.priceTicks < limit.priceTicks) return false;
    const customerId = customerIdOf(limit.customer);
    for (let order = best.first; order !== undefined; order = order.next) {
      if (order.customerId === customerId) return true;
    }
    return false;
  }

  #cancel(): NonNullable<StepNumbers["cancel"]> {
    while (true) {
      const index = this.#dice.roll(this.#open.length);
      const order = this.#open[index]!;
      this.#open[index] = this.#open.at(-1)!;
      this.#open.pop();
      const found = this.#engine.find(orderIdOf(order));
      if (found === undefined) continue;
      const { orderId, customerId } = found;
      this.#engine.execute({ type: "cancel", orderId, customerId, at: AT }, "accepted");
      return { order, customer: Number(customerId) };
    }
  }
}

/** Marsaglia's xorshift with 32 bits (2003): a stream of millions needs dice that cost less than the commands. */
class Dice {
  #state: number;

  constructor(seed: number) {
    assert(seed > 0 && seed < 2 ** 31, "a seed is a positive whole number of 31 bits");
    this.#state = seed;
  }

  /** A whole number, 0 ≤ n < `below`. */
  roll(below: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % below;
  }
}

function commandOf(order: number, { customer, side, priceTicks, quantityLots }: Limit): PlaceCommand {
  const { makerFeeBps, takerFeeBps } = ETH_USDT;
  const ids = { orderId: orderIdOf(order), customerId: customerIdOf(customer) };
  return { type: "place", ...ids, side, priceTicks, quantityLots, makerFeeBps, takerFeeBps, at: AT };
}

// Inside the generator ids are bare numbers.
function orderIdOf(order: number): OrderId {
  return String(order) as OrderId;
}

function customerIdOf(customer: number): CustomerId {
  return String(customer) as CustomerId;
}
