import { assert } from "@assay/primitives/assert";
import { toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../../src/customers/customer.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import type { CancelCommand, PlaceCommand } from "../../src/matching/engine-command.ts";
import { MatchingEngine } from "../../src/matching/matching-engine.ts";
import { type BookOrder, type OrderId, oppositeOf, type Side } from "../../src/matching/order.ts";

/** One command of the mix: an amend is a cancel and an insert. */
export interface StreamStep {
  readonly cancel: CancelCommand | undefined;
  readonly place: PlaceCommand | undefined;
}

const CUSTOMERS = 1_000;
const RESTING = 1_000;
const LEVELS_A_SIDE = 700;
const MIDDLE = 300_000;
const AT = toInstant(Date.UTC(2026, 0, 31));

/**
 * The mix that exchange-core measures itself with, as far as stage 1 can express it: 9 % resting limits, 3 % limits that
 * take, 6 % cancels, 82 % amends; about 6 % of commands trade; about 1 000 orders rest in about 750 levels. Commands are
 * made against an engine of the generator's own, so a cancel always names an open order and no customer meets itself.
 */
export class OrderStream {
  readonly #dice: Dice;
  readonly #engine = new MatchingEngine({ ...ETH_USDT, openOrdersPerCustomer: RESTING });
  readonly #customers: readonly CustomerId[];
  // Open orders in any order; an order that is gone is dropped when it is picked.
  readonly #open: BookOrder[] = [];
  #made = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#customers = Array.from(
      { length: CUSTOMERS },
      (_, number) => received(`usr_${String(number).padStart(26, "0")}`) as CustomerId,
    );
  }

  get book(): MatchingEngine["book"] {
    return this.#engine.book;
  }

  /** The orders that rest before the measured stream begins. */
  opening(): StreamStep[] {
    return Array.from({ length: RESTING }, () => ({ cancel: undefined, place: this.#place(this.#resting()) }));
  }

  next(count: number): StreamStep[] {
    return Array.from({ length: count }, () => this.#step());
  }

  #step(): StreamStep {
    const roll = this.#dice.roll(100);
    if (roll < 9) return { cancel: undefined, place: this.#place(this.#resting()) };
    if (roll < 12) return { cancel: undefined, place: this.#place(this.#taking()) };
    const order = this.#pick();
    const orderId = received(order.orderId) as OrderId;
    const cancel: CancelCommand = { type: "cancel", orderId, customerId: order.customerId, at: AT };
    this.#engine.execute(cancel, "accepted");
    if (roll < 18) return { cancel, place: undefined };
    // A few amends reach across the market: they make up the share that trades and keep the book at its size.
    const moved = roll < 23 && this.book.size > RESTING ? this.#taking() : this.#resting();
    return { cancel, place: this.#place(withCustomer(moved, order.customerId)) };
  }

  #resting(): PlaceCommand {
    const side: Side = this.#dice.roll(2) === 0 ? "buy" : "sell";
    const best = this.#engine.book.side(oppositeOf(side)).best?.priceTicks ?? MIDDLE;
    const distance = 1 + this.#dice.roll(LEVELS_A_SIDE);
    return this.#command(side, side === "buy" ? best - distance : best + distance, 1 + this.#dice.roll(500));
  }

  #taking(): PlaceCommand {
    const side: Side =
      this.#engine.book.side("sell").levelCount > this.#engine.book.side("buy").levelCount ? "buy" : "sell";
    const price = this.#engine.book.side(oppositeOf(side)).best?.priceTicks ?? MIDDLE;
    return this.#command(side, price, 1 + this.#dice.roll(50));
  }

  #command(side: Side, priceTicks: number, quantityLots: number): PlaceCommand {
    this.#made += 1;
    return withCustomer(
      {
        type: "place",
        orderId: received(`ord_${String(this.#made).padStart(26, "0")}`) as OrderId,
        customerId: this.#customers[0]!,
        side,
        priceTicks,
        quantityLots,
        makerFeeBps: ETH_USDT.makerFeeBps,
        takerFeeBps: ETH_USDT.takerFeeBps,
        at: AT,
      },
      this.#customers[this.#dice.roll(CUSTOMERS)]!,
    );
  }

  #place(wanted: PlaceCommand): PlaceCommand {
    let command = wanted;
    while (this.#meetsItself(command)) {
      command = withCustomer(command, this.#customers[this.#dice.roll(CUSTOMERS)]!);
    }
    const last = this.#engine.execute(command, "accepted").at(-1);
    assert(last?.type === "placed" && last.status !== "expired_in_match", "no customer of the stream meets itself");
    const order = this.#engine.find(command.orderId);
    if (order !== undefined) this.#open.push(order);
    return command;
  }

  #meetsItself(command: PlaceCommand): boolean {
    const best = this.#engine.book.side(oppositeOf(command.side)).best;
    if (best === undefined) return false;
    if (command.side === "buy" ? best.priceTicks > command.priceTicks : best.priceTicks < command.priceTicks)
      return false;
    for (let order = best.first; order !== undefined; order = order.next) {
      if (order.customerId === command.customerId) return true;
    }
    return false;
  }

  #pick(): BookOrder {
    while (true) {
      const index = this.#dice.roll(this.#open.length);
      const order = this.#open[index]!;
      this.#open[index] = this.#open.at(-1)!;
      this.#open.pop();
      if (order.level !== undefined) return order;
    }
  }
}

/**
 * Marsaglia's xorshift with 32 bits (2003). The repository's seeded `Random` counts in bigints: its garbage would be
 * most of what the collector finds while an engine is on the clock.
 */
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

/** The text as a parser makes it: characters in a row of their own, not a tree of pieces or another's string. */
function received(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Written out member by member, so that every command has the same shape, as commands made in one place have. */
function withCustomer(command: PlaceCommand, customerId: CustomerId): PlaceCommand {
  return {
    type: "place",
    orderId: command.orderId,
    customerId,
    side: command.side,
    priceTicks: command.priceTicks,
    quantityLots: command.quantityLots,
    makerFeeBps: command.makerFeeBps,
    takerFeeBps: command.takerFeeBps,
    at: command.at,
  };
}
