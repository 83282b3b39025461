import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../customers/customer.ts";
import { isOutOfBand } from "../markets/order-input.ts";
import type { CancelCommand, EngineCommand, EngineRefusalCode, PlaceCommand, RiskVerdict } from "./engine-command.ts";
import type { EngineEvent, PlacedEvent, PlacedStatus, TradeEvent } from "./engine-event.ts";
import { BookOrder, type OrderId, type OrderTerms, oppositeOf, type Side } from "./order.ts";
import { OrderBook } from "./order-book.ts";
import { addFill, entryReserve, feeDue, type MoneyRules, notionalOf, restingReserve } from "./order-money.ts";

/** The rules of a market that matching needs; a `Market` is one. */
export interface EngineRules extends MoneyRules {
  readonly listingPriceTicks: number;
  readonly openOrdersPerCustomer: number;
  readonly restingOrders: number;
}

/** Counters that outlive orders. With the book they are the engine's whole state. */
export interface EngineCounters {
  /** Commands executed. */
  sequence: number;
  /** Commands that changed a price level: numbers the book's public updates without gaps. */
  bookSequence: number;
  tradeNumber: number;
  /** Zero until the first trade. */
  lastPriceTicks: number;
}

interface Quote {
  terms: OrderTerms | undefined;
  sequence: number;
  reserve: bigint;
}

/**
 * Price-time matching for one market: pure, synchronous and deterministic. The same commands with the same verdicts
 * give the same events and the same state. It holds no balances: the caller asks {@link check}, sets
 * {@link reserveOf} aside in the ledger, and passes the verdict to {@link execute}.
 */
export class MatchingEngine {
  readonly rules: EngineRules;
  readonly book = new OrderBook();
  readonly counters: EngineCounters = { sequence: 0, bookSequence: 0, tradeNumber: 0, lastPriceTicks: 0 };

  readonly #quote: Quote = { terms: undefined, sequence: 0, reserve: 0n };

  constructor(rules: EngineRules) {
    this.rules = rules;
  }

  /** Why an order may not enter, as far as the book can tell; changes nothing. */
  check(terms: OrderTerms): EngineRefusalCode | undefined {
    const { rules, book } = this;
    const reference = this.counters.lastPriceTicks || rules.listingPriceTicks;
    if (isOutOfBand(terms.side, terms.priceTicks, reference)) return "PRICE_OUT_OF_BAND";
    if (book.size >= rules.restingOrders) return "TOO_MANY_ORDERS";
    if (book.owner(terms.customerId).count >= rules.openOrdersPerCustomer) return "TOO_MANY_ORDERS";
    return undefined;
  }

  /** What must be set aside before the order may enter the book as it is now. */
  reserveOf(terms: OrderTerms): bigint {
    const quote = this.#quote;
    // Asked by the caller for its risk check and again when the command is executed.
    if (quote.terms === terms && quote.sequence === this.counters.sequence) return quote.reserve;
    quote.reserve = entryReserve(this.rules, terms, this.#crosses(terms) ? terms.takerFeeBps : terms.makerFeeBps);
    quote.terms = terms;
    quote.sequence = this.counters.sequence;
    return quote.reserve;
  }

  /** Whether the order would trade on entry. */
  wouldTake(terms: OrderTerms): boolean {
    return this.#crosses(terms);
  }

  /** Customers whose resting orders the order may trade with: at least all that it will. */
  possibleMakers(terms: OrderTerms): Set<CustomerId> {
    const customers = new Set<CustomerId>();
    let lots = terms.quantityLots;
    for (const level of this.book.side(oppositeOf(terms.side)).levels()) {
      if (lots <= 0 || !reaches(terms, level.priceTicks)) break;
      for (let order = level.first; order !== undefined && lots > 0; order = order.next) {
        customers.add(order.customerId);
        lots -= order.remainingLots;
      }
    }
    return customers;
  }

  /** Executes the next command of the journal. The caller has found it executable: see {@link check}, {@link find}. */
  execute(command: EngineCommand, verdict: RiskVerdict): readonly EngineEvent[] {
    if (command.type === "cancel") return [this.#cancel(command)];
    if (verdict === "accepted") return this.#place(command);
    this.counters.sequence += 1;
    return [{ type: "rejected", orderId: command.orderId, customerId: command.customerId, code: verdict }];
  }

  find(orderId: OrderId): BookOrder | undefined {
    return this.book.find(orderId);
  }

  /** Oldest first. */
  openOrdersOf(customerId: CustomerId): BookOrder[] {
    const orders: BookOrder[] = [];
    for (let order = this.book.owner(customerId).newest; order !== undefined; order = order.ownerNext) {
      orders.push(order);
    }
    return orders.sort((left, right) => left.sequence - right.sequence);
  }

  #crosses(terms: { readonly side: Side; readonly priceTicks: number }): boolean {
    const best = this.book.side(oppositeOf(terms.side)).best;
    return best !== undefined && reaches(terms, best.priceTicks);
  }

  #place(command: PlaceCommand): readonly EngineEvent[] {
    const reserved = this.reserveOf(command);
    this.counters.sequence += 1;
    const order = new BookOrder(command, this.book.owner(command.customerId), this.counters.sequence);
    if (this.#crosses(order)) return this.#take(order, reserved);
    this.counters.bookSequence += 1;
    order.reserve = reserved;
    this.book.append(order);
    return [placed(order, "new", { reserved, released: 0n, reserve: reserved })];
  }

  /** Trades until the order is filled, nothing crosses, or its own customer's order is next, which expires it. */
  #take(order: BookOrder, reserved: bigint): readonly EngineEvent[] {
    const events: EngineEvent[] = [];
    const opposite = this.book.side(oppositeOf(order.side));
    let [spent, expired] = [0n, false];
    while (order.remainingLots > 0 && !expired && this.#crosses(order)) {
      const maker = opposite.best!.first!;
      expired = maker.owner === order.owner;
      if (expired) break;
      const trade = this.#trade(maker, order);
      spent += order.side === "buy" ? trade.notional + trade.taker.fee : BigInt(trade.lots) * this.rules.lot;
      events.push(trade);
    }
    const rests = order.remainingLots > 0 && !expired;
    if (rests) this.book.append(order);
    if (rests || events.length > 0) this.counters.bookSequence += 1;
    // The better prices it found, and the taker's rate on what now rests, are surplus.
    order.reserve = rests ? restingReserve(this.rules, order) : 0n;
    const { reserve } = order;
    const released = reserved - reserve - spent;
    assert(released >= 0n, "an order never spends more than was set aside for it");
    events.push(placed(order, statusOf(order, expired), { reserved, released, reserve }));
    return events;
  }

  #trade(maker: BookOrder, taker: BookOrder): TradeEvent {
    const { rules, counters } = this;
    const { priceTicks } = maker;
    const lots = Math.min(maker.remainingLots, taker.remainingLots);
    const makerWeight = addFill(maker.feeWeight, { priceTicks, lots, feeBps: maker.makerFeeBps });
    const takerWeight = addFill(taker.feeWeight, { priceTicks, lots, feeBps: taker.takerFeeBps });
    const makerFee = feeDue(rules, maker.feeWeight, makerWeight);
    const takerFee = feeDue(rules, taker.feeWeight, takerWeight);
    maker.feeWeight = makerWeight;
    taker.feeWeight = takerWeight;
    taker.remainingLots -= lots;
    this.book.reduce(maker, lots);
    maker.reserve = restingReserve(rules, maker);
    counters.tradeNumber += 1;
    counters.lastPriceTicks = priceTicks;
    return {
      type: "trade",
      number: counters.tradeNumber,
      priceTicks,
      lots,
      notional: notionalOf(rules, priceTicks, lots),
      takerSide: taker.side,
      maker: {
        orderId: maker.orderId,
        customerId: maker.customerId,
        fee: makerFee,
        remainingLots: maker.remainingLots,
        reserve: maker.reserve,
      },
      taker: {
        orderId: taker.orderId,
        customerId: taker.customerId,
        fee: takerFee,
        remainingLots: taker.remainingLots,
      },
    };
  }

  #cancel(command: CancelCommand): EngineEvent {
    const order = this.book.find(command.orderId);
    assert(order !== undefined && order.customerId === command.customerId, "only a customer's open order is canceled");
    this.book.remove(order);
    this.counters.sequence += 1;
    this.counters.bookSequence += 1;
    return {
      type: "canceled",
      orderId: order.orderId,
      customerId: order.customerId,
      side: order.side,
      priceTicks: order.priceTicks,
      remainingLots: order.remainingLots,
      released: order.reserve,
    };
  }
}

function reaches(terms: { readonly side: Side; readonly priceTicks: number }, priceTicks: number): boolean {
  return terms.side === "buy" ? priceTicks <= terms.priceTicks : priceTicks >= terms.priceTicks;
}

function statusOf(order: BookOrder, expired: boolean): PlacedStatus {
  if (expired) return "expired_in_match";
  if (order.remainingLots === 0) return "filled";
  return order.remainingLots === order.quantityLots ? "new" : "partially_filled";
}

type Money = Pick<PlacedEvent, "reserved" | "released" | "reserve">;

function placed(order: BookOrder, status: PlacedStatus, money: Money): PlacedEvent {
  return {
    type: "placed",
    orderId: order.orderId,
    customerId: order.customerId,
    side: order.side,
    priceTicks: order.priceTicks,
    quantityLots: order.quantityLots,
    remainingLots: order.remainingLots,
    status,
    reserved: money.reserved,
    released: money.released,
    reserve: money.reserve,
  };
}
