import { assert } from "@assay/primitives/assert";
import { isOutOfBand } from "../markets/order-input.ts";
import type { CancelCommand, EngineCommand, EngineRefusalCode, PlaceCommand, RiskVerdict } from "./engine-command.ts";
import type { EngineEvent, PlacedEvent, PlacedStatus, TradeEvent, TradeParty } from "./engine-event.ts";
import { BookOrder, type CustomerId, type OrderId, type OrderTerms, oppositeOf, type Side } from "./order.ts";
import { OrderBook } from "./order-book.ts";
import { entryReserve, feeOn, type MoneyRules, notionalOf, reserveFor } from "./order-money.ts";

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

/**
 * Price-time matching for one market: pure, synchronous and deterministic. The same commands with the same verdicts
 * give the same events and the same state. It holds no balances: the caller asks {@link check}, sets
 * {@link reserveOf} aside in the ledger, and passes the verdict to {@link execute}.
 */
export class MatchingEngine {
  readonly rules: EngineRules;
  readonly book = new OrderBook();
  readonly counters: EngineCounters = { sequence: 0, bookSequence: 0, tradeNumber: 0, lastPriceTicks: 0 };

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
    const feeBps = this.#crosses(terms) ? terms.takerFeeBps : terms.makerFeeBps;
    return entryReserve(this.rules, terms, feeBps);
  }

  /** Executes the next command of the journal. The caller has found it executable: see {@link check}, {@link find}. */
  execute(command: EngineCommand, verdict: RiskVerdict): EngineEvent[] {
    this.counters.sequence += 1;
    if (command.type === "cancel") return [this.#cancel(command)];
    if (verdict === "accepted") return this.#place(command);
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
    if (best === undefined) return false;
    return terms.side === "buy" ? best.priceTicks <= terms.priceTicks : best.priceTicks >= terms.priceTicks;
  }

  #place(command: PlaceCommand): EngineEvent[] {
    const reserved = this.reserveOf(command);
    const order = new BookOrder(command, this.book.owner(command.customerId), this.counters.sequence);
    order.reserve = reserved;
    const events: EngineEvent[] = [];
    const expired = this.#match(order, events);
    const rests = order.remainingLots > 0 && !expired;
    const surplus = events.length === 0 && rests ? 0n : this.#releaseSurplus(order, rests);
    if (rests) this.book.append(order);
    if (rests || events.length > 0) this.counters.bookSequence += 1;
    events.push(placed(order, { reserved, released: surplus, status: statusOf(order, expired) }));
    return events;
  }

  /** Trades until the order is filled, nothing crosses, or its own customer's order is next; true for the last. */
  #match(taker: BookOrder, events: EngineEvent[]): boolean {
    const opposite = this.book.side(oppositeOf(taker.side));
    while (taker.remainingLots > 0 && this.#crosses(taker)) {
      const maker = opposite.best!.first!;
      if (maker.owner === taker.owner) return true;
      events.push(this.#trade(maker, taker));
    }
    return false;
  }

  #trade(maker: BookOrder, taker: BookOrder): TradeEvent {
    const { rules, counters } = this;
    const lots = Math.min(maker.remainingLots, taker.remainingLots);
    const notional = notionalOf(rules, maker.priceTicks, lots);
    const makerFee = chargeFee(maker, notional, maker.makerFeeBps);
    const takerFee = chargeFee(taker, notional, taker.takerFeeBps);
    maker.reserve -= maker.side === "buy" ? notional + makerFee : BigInt(lots) * rules.lot;
    taker.reserve -= taker.side === "buy" ? notional + takerFee : BigInt(lots) * rules.lot;
    taker.remainingLots -= lots;
    this.book.reduce(maker, lots);
    counters.tradeNumber += 1;
    counters.lastPriceTicks = maker.priceTicks;
    return {
      type: "trade",
      number: counters.tradeNumber,
      priceTicks: maker.priceTicks,
      lots,
      notional,
      takerSide: taker.side,
      maker: { ...party(maker, makerFee), reserve: maker.reserve },
      taker: party(taker, takerFee),
    };
  }

  /** Keeps what the rest of the order needs and returns what is left over: price improvement and the taker's rate. */
  #releaseSurplus(order: BookOrder, rests: boolean): bigint {
    const rest = { lots: order.remainingLots, feeBps: order.makerFeeBps };
    const needed = rests ? reserveFor(this.rules, order, rest) : 0n;
    const surplus = order.reserve - needed;
    assert(surplus >= 0n, "an order never spends more than was set aside for it");
    order.reserve = needed;
    return surplus;
  }

  #cancel(command: CancelCommand): EngineEvent {
    const order = this.book.find(command.orderId);
    assert(order !== undefined && order.customerId === command.customerId, "only a customer's open order is canceled");
    this.book.remove(order);
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

function chargeFee(order: BookOrder, notional: bigint, feeBps: number): bigint {
  order.weightedNotional += notional * BigInt(feeBps);
  const due = feeOn(order.weightedNotional) - order.feeCharged;
  order.feeCharged += due;
  return due;
}

function party(order: BookOrder, fee: bigint): TradeParty {
  return { orderId: order.orderId, customerId: order.customerId, fee, remainingLots: order.remainingLots };
}

function statusOf(order: BookOrder, expired: boolean): PlacedStatus {
  if (expired) return "expired_in_match";
  if (order.remainingLots === 0) return "filled";
  return order.remainingLots === order.quantityLots ? "new" : "partially_filled";
}

function placed(order: BookOrder, end: Pick<PlacedEvent, "reserved" | "released" | "status">): PlacedEvent {
  return {
    type: "placed",
    orderId: order.orderId,
    customerId: order.customerId,
    side: order.side,
    priceTicks: order.priceTicks,
    quantityLots: order.quantityLots,
    remainingLots: order.remainingLots,
    status: end.status,
    reserved: end.reserved,
    released: end.released,
    reserve: order.reserve,
  };
}
