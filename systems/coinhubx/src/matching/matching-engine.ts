import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../customers/customer.ts";
import { isOutOfBand } from "../markets/order-input.ts";
import type {
  AmendCommand,
  Amendment,
  AmendRefusalCode,
  CancelCommand,
  EngineCommand,
  EngineRefusalCode,
  PlaceCommand,
  RiskVerdict,
} from "./engine-command.ts";
import type { EngineEvent, TradeEvent } from "./engine-event.ts";
import {
  BookOrder,
  type OrderId,
  type OrderOptions,
  type OrderTerms,
  oppositeOf,
  PLAIN_LIMIT,
  type Side,
} from "./order.ts";
import { OrderBook } from "./order-book.ts";
import {
  addFill,
  entryReserve,
  feeDue,
  type MoneyRules,
  notionalOf,
  reserveFor,
  restingReserve,
} from "./order-money.ts";
import { collarPrice } from "./price-collar.ts";
import { isReached, type PendingStop, StopBook } from "./stop-book.ts";
import { affordableLots, canFill, spendableNotional } from "./taker-limits.ts";
import { amended, placed, removed, type Stopped, statusOf } from "./tell-events.ts";

/** The rules of a market that matching needs; a `Market` is one. */
export interface EngineRules extends MoneyRules {
  readonly listingPriceTicks: number;
  readonly openOrdersPerCustomer: number;
  readonly stopsPerCustomer: number;
  readonly restingOrders: number;
}

/** Counters that outlive orders. With the book and the stops they are the engine's whole state. */
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

/** What a taker did. */
interface Taken {
  /** Of what was set aside: quote units with fees for a buy, base units for a sell. */
  readonly spent: bigint;
  readonly stopped: Stopped;
}

const NOTHING_TAKEN: Taken = { spent: 0n, stopped: undefined };

/** How many stops one command may set off; the rest follow by commands of their own. */
const TRIGGERS_PER_COMMAND = 1_000;

/**
 * Price-time matching for one market: pure, synchronous and deterministic. The same commands with the same verdicts
 * give the same events and the same state. It holds no balances: the caller asks {@link check}, sets
 * {@link reserveOf} aside in the ledger, and passes the verdict to {@link execute}.
 */
export class MatchingEngine {
  readonly rules: EngineRules;
  readonly book = new OrderBook();
  readonly stops = new StopBook();
  readonly counters: EngineCounters = { sequence: 0, bookSequence: 0, tradeNumber: 0, lastPriceTicks: 0 };

  readonly #quote: Quote = { terms: undefined, sequence: 0, reserve: 0n };
  // Whether the command at hand changed a price level.
  #touched = false;

  constructor(rules: EngineRules) {
    this.rules = rules;
  }

  /** Why an order may not enter, as far as the book can tell; changes nothing. */
  check(terms: OrderTerms): EngineRefusalCode | undefined {
    const options = terms.options ?? PLAIN_LIMIT;
    if (options.stopPriceTicks > 0) return this.#checkStop(terms, options);
    if (options.orderType === "market") return this.#checkMarket(terms, options);
    const { rules, book } = this;
    if (isOutOfBand(terms.side, terms.priceTicks, this.#referenceTicks)) return "PRICE_OUT_OF_BAND";
    if (book.size >= rules.restingOrders) return "TOO_MANY_ORDERS";
    if (book.owner(terms.customerId).count >= rules.openOrdersPerCustomer) return "TOO_MANY_ORDERS";
    return options.postOnly && this.#crosses(terms) ? "WOULD_TAKE" : undefined;
  }

  /** Why a resting order may not be changed like this; changes nothing. */
  checkAmend(order: BookOrder, amendment: Amendment): AmendRefusalCode | undefined {
    const { priceTicks, quantityLots } = amendment;
    if (quantityLots <= order.quantityLots - order.remainingLots) return "QUANTITY_BELOW_FILLED";
    if (priceTicks === order.priceTicks && quantityLots === order.quantityLots) return "NOTHING_TO_CHANGE";
    if (keepsPlace(order, amendment)) return undefined;
    if (isOutOfBand(order.side, priceTicks, this.#referenceTicks)) return "PRICE_OUT_OF_BAND";
    return order.options.postOnly && this.#crosses({ side: order.side, priceTicks }) ? "WOULD_TAKE" : undefined;
  }

  /** What must be set aside before the order may enter the book as it is now. */
  reserveOf(terms: OrderTerms): bigint {
    const quote = this.#quote;
    // Asked by the caller for its risk check and again when the command is executed.
    if (quote.terms === terms && quote.sequence === this.counters.sequence) return quote.reserve;
    quote.reserve = this.#reserveOf(terms);
    quote.terms = terms;
    quote.sequence = this.counters.sequence;
    return quote.reserve;
  }

  /** What must be set aside in addition before a resting order may be changed; zero when it has enough. */
  reserveOfAmend(order: BookOrder, amendment: Amendment): bigint {
    const extra = this.#amendedReserve(order, amendment) - order.reserve;
    return extra > 0n ? extra : 0n;
  }

  /** Whether the order would trade on entry. */
  wouldTake(terms: { readonly side: Side; readonly priceTicks: number; readonly options?: OrderOptions }): boolean {
    const options = terms.options ?? PLAIN_LIMIT;
    if (options.stopPriceTicks > 0) return false;
    return options.orderType === "market" || this.#crosses(terms);
  }

  /**
   * Customers whose resting orders the order may trade with: at least all that it will. The stops that its trades would
   * trigger are not among them, nor those they would meet.
   */
  possibleMakers(terms: OrderTerms): Set<CustomerId> {
    const customers = new Set<CustomerId>();
    const options = terms.options ?? PLAIN_LIMIT;
    if (options.stopPriceTicks > 0) return customers;
    const reach = { side: terms.side, priceTicks: this.#limitOf(terms, options) };
    // Own orders in the way may be passed over, and count for nothing then.
    const skipsOwn = options.stp === "expire_maker";
    let lots = this.#lotsOf(terms, options);
    for (const level of this.book.side(oppositeOf(terms.side)).levels()) {
      if (lots <= 0 || !reaches(reach, level.priceTicks)) break;
      for (let order = level.first; order !== undefined && lots > 0; order = order.next) {
        customers.add(order.customerId);
        if (!skipsOwn || order.customerId !== terms.customerId) lots -= order.remainingLots;
      }
    }
    return customers;
  }

  /** Executes the next command of the journal. The caller has found it executable: see {@link check}, {@link find}. */
  execute(command: EngineCommand, verdict: RiskVerdict): readonly EngineEvent[] {
    this.#touched = false;
    const events = this.#dispatch(command, verdict);
    if (this.#touched) this.counters.bookSequence += 1;
    return events;
  }

  find(orderId: OrderId): BookOrder | undefined {
    return this.book.find(orderId);
  }

  /** The ids of a customer's open orders and waiting stops, oldest first. */
  openOrdersOf(customerId: CustomerId): OrderId[] {
    const orders: { readonly orderId: OrderId; readonly sequence: number }[] = [];
    for (let order = this.book.owner(customerId).newest; order !== undefined; order = order.ownerNext)
      orders.push(order);
    for (const { terms, sequence } of this.stops.of(customerId)) orders.push({ orderId: terms.orderId, sequence });
    return orders.sort((left, right) => left.sequence - right.sequence).map(({ orderId }) => orderId);
  }

  /** Whose open order or waiting stop it is. */
  ownerOf(orderId: OrderId): CustomerId | undefined {
    return this.book.find(orderId)?.customerId ?? this.stops.find(orderId)?.terms.customerId;
  }

  get #referenceTicks(): number {
    return this.counters.lastPriceTicks || this.rules.listingPriceTicks;
  }

  #dispatch(command: EngineCommand, verdict: RiskVerdict): readonly EngineEvent[] {
    switch (command.type) {
      case "cancel":
        return [this.#cancel(command)];
      case "amend":
        return this.#amend(command);
      case "trigger":
        assert(this.stops.hasTriggered, "stops wait to enter");
        this.counters.sequence += 1;
        return this.#enterTriggered([]);
      case "place":
        if (verdict === "accepted") return this.#place(command);
        this.counters.sequence += 1;
        return [{ type: "rejected", orderId: command.orderId, customerId: command.customerId, code: verdict }];
    }
  }

  #checkStop(terms: OrderTerms, options: OrderOptions): EngineRefusalCode | undefined {
    const { side, priceTicks } = terms;
    if (isReached(side, options.stopPriceTicks, this.#referenceTicks)) return "STOP_WOULD_TRIGGER";
    // The price will be at the stop when its limit begins to matter.
    const isLimited = options.orderType === "stop_limit";
    if (isLimited && isOutOfBand(side, priceTicks, options.stopPriceTicks)) return "PRICE_OUT_OF_BAND";
    const { size } = this.stops.of(terms.customerId);
    return size >= this.rules.stopsPerCustomer ? "TOO_MANY_ORDERS" : undefined;
  }

  #checkMarket(terms: OrderTerms, options: OrderOptions): EngineRefusalCode | undefined {
    const best = this.book.side(oppositeOf(terms.side)).best;
    if (best === undefined) return "NO_LIQUIDITY";
    if (options.budget === 0n) return undefined;
    return this.#lotsOf(terms, options) === 0 ? "NOTIONAL_TOO_SMALL" : undefined;
  }

  /** What is ordered; with a budget, the most that it can buy at the best price. */
  #lotsOf(terms: OrderTerms, { budget }: OrderOptions): number {
    if (budget === 0n) return terms.quantityLots;
    const best = this.book.side(oppositeOf(terms.side)).best;
    const notional = spendableNotional(budget, terms.takerFeeBps);
    return best === undefined ? 0 : affordableLots(this.rules, notional, best.priceTicks);
  }

  #reserveOf(terms: OrderTerms): bigint {
    const options = terms.options ?? PLAIN_LIMIT;
    if (options.budget > 0n) return options.budget;
    const isPlain = options.orderType === "limit";
    const rests = isPlain && !this.#crosses(terms);
    const reach = isPlain ? terms : { ...terms, priceTicks: this.#limitOf(terms, options) };
    return entryReserve(this.rules, reach, rests ? terms.makerFeeBps : terms.takerFeeBps);
  }

  /** The worst price at which the order may trade. */
  #limitOf(terms: OrderTerms, options: OrderOptions): number {
    if (options.orderType === "market") {
      const best = this.book.side(oppositeOf(terms.side)).best;
      return collarPrice(terms.side, best?.priceTicks ?? this.#referenceTicks);
    }
    return options.orderType === "stop" ? collarPrice(terms.side, options.stopPriceTicks) : terms.priceTicks;
  }

  #marketTerms(terms: OrderTerms, options: OrderOptions): OrderTerms {
    return { ...terms, priceTicks: this.#limitOf(terms, options), quantityLots: this.#lotsOf(terms, options) };
  }

  #crosses(terms: { readonly side: Side; readonly priceTicks: number }): boolean {
    const best = this.book.side(oppositeOf(terms.side)).best;
    return best !== undefined && reaches(terms, best.priceTicks);
  }

  #place(command: PlaceCommand): readonly EngineEvent[] {
    const reserved = this.reserveOf(command);
    this.counters.sequence += 1;
    const { sequence } = this.counters;
    const options = command.options ?? PLAIN_LIMIT;
    if (options.stopPriceTicks > 0) {
      const stop = { terms: { ...command, options }, reserve: reserved, sequence };
      this.stops.add(stop);
      return [placed(command, "pending_trigger", { reserved, released: 0n, reserve: reserved })];
    }
    const owner = this.book.owner(command.customerId);
    const terms = options.orderType === "market" ? this.#marketTerms(command, options) : command;
    return this.#enterTriggered(this.#enter(new BookOrder(terms, owner, sequence), reserved, []));
  }

  /** Lets stops enter that were triggered, which may trigger others. */
  #enterTriggered(events: EngineEvent[]): EngineEvent[] {
    for (let count = 0; count < TRIGGERS_PER_COMMAND; count += 1) {
      const stop = this.stops.next();
      if (stop === undefined) break;
      this.#enterStop(stop, events);
    }
    return events;
  }

  #enterStop({ terms, reserve, sequence }: PendingStop, events: EngineEvent[]): void {
    const { orderId, customerId, side, options } = terms;
    const { stopPriceTicks } = options;
    events.push({
      type: "triggered",
      orderId,
      customerId,
      side,
      stopPriceTicks,
      lastPriceTicks: this.counters.lastPriceTicks,
    });
    const limited = { ...terms, priceTicks: this.#limitOf(terms, options) };
    this.#enter(new BookOrder(limited, this.book.owner(customerId), sequence), reserve, events);
  }

  /** Trades what it can, rests where it may, and says how it stands. */
  #enter(order: BookOrder, reserved: bigint, events: EngineEvent[]): EngineEvent[] {
    const { options } = order;
    const taken =
      this.#crosses(order) && (options.timeInForce !== "fok" || canFill(this.book, order))
        ? this.#take(order, events)
        : NOTHING_TAKEN;
    const rests = order.remainingLots > 0 && taken.stopped === undefined && mayRest(options);
    if (rests) {
      this.book.append(order);
      this.#touched = true;
    }
    // The better prices it found, and the taker's rate on what now rests, are surplus.
    order.reserve = rests ? restingReserve(this.rules, order) : 0n;
    const { reserve } = order;
    const released = reserved - reserve - taken.spent;
    assert(released >= 0n, "an order never spends more than was set aside for it");
    events.push(placed(order, statusOf(order, rests, taken.stopped), { reserved, released, reserve }));
    return events;
  }

  /** Trades until the order is filled, nothing crosses, its budget is spent, or an own order in its way ends it. */
  #take(order: BookOrder, events: EngineEvent[]): Taken {
    const { rules } = this;
    const { budget } = order.options;
    const opposite = this.book.side(oppositeOf(order.side));
    let left = budget === 0n ? undefined : spendableNotional(budget, order.takerFeeBps);
    let [spent, stopped]: [bigint, Stopped] = [0n, undefined];
    const tradesBefore = this.counters.tradeNumber;
    while (order.remainingLots > 0 && stopped === undefined && this.#crosses(order)) {
      const maker = opposite.best!.first!;
      const affordable = left === undefined ? order.remainingLots : affordableLots(rules, left, maker.priceTicks);
      const lots = Math.min(maker.remainingLots, order.remainingLots, affordable);
      const isOwn = maker.owner === order.owner && order.options.stp !== "none";
      if (lots === 0) stopped = "spent";
      else if (isOwn) stopped = this.#meetOwn(maker, order, { lots, events });
      else {
        const trade = this.#trade(maker, order, lots);
        spent += order.side === "buy" ? trade.notional + trade.taker.fee : BigInt(lots) * rules.lot;
        events.push(trade);
      }
      const isUsed = !isOwn || order.options.stp === "decrement";
      if (left !== undefined && isUsed) left -= notionalOf(rules, maker.priceTicks, lots);
    }
    if (this.counters.tradeNumber > tradesBefore) this.stops.trigger(this.counters.lastPriceTicks);
    return { spent, stopped };
  }

  /** Self-trade prevention. The order stops with what is left of it unless only the other one ends. */
  #meetOwn(
    maker: BookOrder,
    taker: BookOrder,
    context: { readonly lots: number; readonly events: EngineEvent[] },
  ): Stopped {
    const { stp } = taker.options;
    if (stp === "expire_taker") return "own_order";
    this.#touched = true;
    if (stp === "decrement") {
      context.events.push(this.#decrement(maker, taker, context.lots));
      return taker.remainingLots === 0 ? "own_order" : undefined;
    }
    this.book.remove(maker);
    context.events.push(removed(maker, "maker_expired"));
    return stp === "expire_both" ? "own_order" : undefined;
  }

  #decrement(maker: BookOrder, taker: BookOrder, lots: number): EngineEvent {
    const before = maker.reserve;
    maker.quantityLots -= lots;
    this.book.reduce(maker, lots);
    maker.reserve = restingReserve(this.rules, maker);
    taker.quantityLots -= lots;
    taker.remainingLots -= lots;
    const { orderId, customerId, side, priceTicks, remainingLots, reserve } = maker;
    return {
      type: "decremented",
      priceTicks,
      lots,
      maker: { orderId, customerId, side, remainingLots, reserve, released: before - reserve },
      taker: { orderId: taker.orderId, customerId: taker.customerId, remainingLots: taker.remainingLots },
    };
  }

  #trade(maker: BookOrder, taker: BookOrder, lots: number): TradeEvent {
    const { rules, counters } = this;
    const { priceTicks } = maker;
    const makerWeight = addFill(maker.feeWeight, { priceTicks, lots, feeBps: maker.makerFeeBps });
    const takerWeight = addFill(taker.feeWeight, { priceTicks, lots, feeBps: taker.takerFeeBps });
    const makerFee = feeDue(rules, maker.feeWeight, makerWeight);
    const takerFee = feeDue(rules, taker.feeWeight, takerWeight);
    maker.feeWeight = makerWeight;
    taker.feeWeight = takerWeight;
    taker.remainingLots -= lots;
    this.book.reduce(maker, lots);
    this.#touched = true;
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
    assert(this.ownerOf(command.orderId) === command.customerId, "only a customer's open order is canceled");
    this.counters.sequence += 1;
    const order = this.book.find(command.orderId);
    if (order === undefined) return this.#cancelStop(this.stops.find(command.orderId)!);
    this.book.remove(order);
    this.#touched = true;
    return removed(order, "canceled");
  }

  #cancelStop(stop: PendingStop): EngineEvent {
    this.stops.remove(stop);
    const { orderId, customerId, side, quantityLots: remainingLots } = stop.terms;
    return { type: "stop_canceled", orderId, customerId, side, remainingLots, released: stop.reserve };
  }

  #amend(command: AmendCommand): readonly EngineEvent[] {
    const order = this.book.find(command.orderId);
    assert(order?.customerId === command.customerId, "only a customer's resting order is amended");
    assert(this.checkAmend(order, command) === undefined, "the amendment was checked");
    const reserved = this.reserveOfAmend(order, command);
    this.counters.sequence += 1;
    this.#touched = true;
    return keepsPlace(order, command) ? [this.#shrink(order, command)] : this.#replace(order, command, reserved);
  }

  #shrink(order: BookOrder, { quantityLots }: Amendment): EngineEvent {
    const before = order.reserve;
    const fromLots = order.quantityLots - quantityLots;
    order.quantityLots = quantityLots;
    this.book.reduce(order, fromLots);
    order.reserve = restingReserve(this.rules, order);
    return amended(order, order, { keepsPlace: true, fromLots, reserved: 0n, released: before - order.reserve });
  }

  /** Cancel and new order in one: same id, same fills, the end of the queue. */
  #replace(order: BookOrder, amendment: Amendment, extra: bigint): readonly EngineEvent[] {
    const { priceTicks, quantityLots } = amendment;
    this.book.remove(order);
    const terms = { ...termsOf(order), priceTicks, quantityLots };
    const successor = new BookOrder(terms, order.owner, this.counters.sequence);
    successor.remainingLots = quantityLots - (order.quantityLots - order.remainingLots);
    successor.feeWeight = order.feeWeight;
    successor.reserve = order.reserve + extra;
    const change = { keepsPlace: false, fromLots: order.remainingLots, reserved: extra, released: 0n };
    return this.#enterTriggered(this.#enter(successor, successor.reserve, [amended(order, successor, change)]));
  }

  #amendedReserve(order: BookOrder, amendment: Amendment): bigint {
    const { side, feeWeight, makerFeeBps, takerFeeBps } = order;
    const { priceTicks } = amendment;
    const remainingLots = amendment.quantityLots - (order.quantityLots - order.remainingLots);
    const takes = !keepsPlace(order, amendment) && this.#crosses({ side, priceTicks });
    return reserveFor(this.rules, { side, priceTicks, remainingLots, feeWeight }, takes ? takerFeeBps : makerFeeBps);
  }
}

function reaches(terms: { readonly side: Side; readonly priceTicks: number }, priceTicks: number): boolean {
  return terms.side === "buy" ? priceTicks <= terms.priceTicks : priceTicks >= terms.priceTicks;
}

/** Only what can stay until it is canceled waits in the book. */
function mayRest({ orderType, timeInForce }: OrderOptions): boolean {
  return timeInForce === "gtc" && (orderType === "limit" || orderType === "stop_limit");
}

function keepsPlace(order: BookOrder, { priceTicks, quantityLots }: Amendment): boolean {
  return priceTicks === order.priceTicks && quantityLots < order.quantityLots;
}

function termsOf(order: BookOrder): OrderTerms {
  const { orderId, customerId, side, priceTicks, quantityLots, makerFeeBps, takerFeeBps, options } = order;
  return { orderId, customerId, side, priceTicks, quantityLots, makerFeeBps, takerFeeBps, options };
}
