import { assert } from "@assay/primitives/assert";
import type {
  AmendCommand,
  Amendment,
  AmendRefusalCode,
  EngineCommand,
  EngineRefusalCode,
  PlaceCommand,
  RiskVerdict,
} from "./engine-command.ts";
import type { EngineEvent, PlacedStatus } from "./engine-event.ts";
import type { EngineRules } from "./matching-engine.ts";
import { type OrderOptions, type OrderTerms, PLAIN_LIMIT } from "./order.ts";

/** An order as the oracle keeps it: everything that can be recomputed is. */
export interface NaiveOrder extends OrderTerms {
  priceTicks: number;
  quantityLots: number;
  sequence: number;
  readonly options: OrderOptions;
  readonly fills: { readonly notional: bigint; readonly lots: number; readonly feeBps: number }[];
  fees: bigint;
}

/**
 * The oracle for `MatchingEngine`: the same rules written the slow and obvious way, unsorted lists, bigints only, sums
 * recomputed from the fills each time. It shares no code with the engine that it checks.
 */
export class NaiveEngine {
  readonly rules: EngineRules;
  open: NaiveOrder[] = [];
  stops: NaiveOrder[] = [];
  triggered: NaiveOrder[] = [];
  sequence = 0;
  trades = 0;
  lastPriceTicks = 0;

  constructor(rules: EngineRules) {
    this.rules = rules;
  }

  check(terms: OrderTerms): EngineRefusalCode | undefined {
    const { orderType, stopPriceTicks, postOnly } = optionsOf(terms);
    const own = (orders: NaiveOrder[]) => orders.filter((order) => order.customerId === terms.customerId);
    if (orderType === "stop" || orderType === "stop_limit") {
      const reference = this.#reference();
      if (terms.side === "buy" ? reference >= stopPriceTicks : reference <= stopPriceTicks) return "STOP_WOULD_TRIGGER";
      if (orderType === "stop_limit" && outOfBand(terms, stopPriceTicks)) return "PRICE_OUT_OF_BAND";
      return own(this.stops).length >= this.rules.stopsPerCustomer ? "TOO_MANY_ORDERS" : undefined;
    }
    if (orderType === "market") {
      const best = this.open.filter((other) => other.side !== terms.side).map(({ priceTicks }) => priceTicks);
      if (best.length === 0) return "NO_LIQUIDITY";
      return this.#begin(terms).quantityLots === 0 ? "NOTIONAL_TOO_SMALL" : undefined;
    }
    if (outOfBand(terms, this.#reference())) return "PRICE_OUT_OF_BAND";
    if (this.open.length >= this.rules.restingOrders) return "TOO_MANY_ORDERS";
    if (own(this.open).length >= this.rules.openOrdersPerCustomer) return "TOO_MANY_ORDERS";
    return postOnly && this.candidates(terms).length > 0 ? "WOULD_TAKE" : undefined;
  }

  checkAmend(order: NaiveOrder, { priceTicks, quantityLots }: Amendment): AmendRefusalCode | undefined {
    if (quantityLots <= filled(order)) return "QUANTITY_BELOW_FILLED";
    const samePrice = priceTicks === order.priceTicks;
    if (samePrice && quantityLots === order.quantityLots) return "NOTHING_TO_CHANGE";
    if (samePrice && quantityLots < order.quantityLots) return undefined;
    const changed = { ...order, priceTicks };
    if (outOfBand(changed, this.#reference())) return "PRICE_OUT_OF_BAND";
    return order.options.postOnly && this.candidates(changed).length > 0 ? "WOULD_TAKE" : undefined;
  }

  reserveOf(terms: OrderTerms): bigint {
    const { budget, orderType } = optionsOf(terms);
    if (budget > 0n) return budget;
    const order = this.#begin(terms);
    const rests = orderType === "limit" && this.candidates(order).length === 0;
    return this.need(order, rests ? terms.makerFeeBps : terms.takerFeeBps);
  }

  reserveOfAmend(order: NaiveOrder, amendment: Amendment): bigint {
    const changed = { ...order, ...amendment };
    const takes = this.candidates(changed).length > 0;
    const extra =
      this.need(changed, takes ? order.takerFeeBps : order.makerFeeBps) - this.need(order, order.makerFeeBps);
    return extra > 0n ? extra : 0n;
  }

  execute(command: EngineCommand, verdict: RiskVerdict): EngineEvent[] {
    this.sequence += 1;
    if (command.type === "trigger") return this.#goOn([]);
    const { orderId, customerId } = command;
    if (command.type === "place") {
      if (verdict !== "accepted") return [{ type: "rejected", orderId, customerId, code: "INSUFFICIENT_FUNDS" }];
      return this.#place(command);
    }
    const stop = this.stops.find((candidate) => candidate.orderId === orderId);
    if (stop !== undefined) {
      const released = this.reserveOf(stop);
      this.stops = this.stops.filter((other) => other !== stop);
      const { side, quantityLots: remainingLots } = stop;
      return [{ type: "stop_canceled", orderId, customerId, side, remainingLots, released }];
    }
    const order = this.open.find((candidate) => candidate.orderId === orderId);
    assert(order !== undefined, "the order is open");
    if (command.type === "amend") return this.#amend(order, command);
    return [this.#remove(order, "canceled")];
  }

  /** What an order must have set aside now, if every lot that remains paid `feeBps`. */
  need(order: NaiveOrder, feeBps: number): bigint {
    const lots = BigInt(remaining(order));
    if (order.side === "sell") return lots * this.rules.lot;
    const cost = lots * BigInt(order.priceTicks) * this.rules.unitsPerLotTick;
    return cost + roundUp(weight(order) + cost * BigInt(feeBps)) - order.fees;
  }

  /** Resting orders that would trade with `order`, first to last: those at one price as they came to rest. */
  candidates(order: Pick<NaiveOrder, "side" | "priceTicks">): NaiveOrder[] {
    const sign = order.side === "buy" ? 1 : -1;
    return this.open
      .filter((other) => other.side !== order.side && (order.priceTicks - other.priceTicks) * sign >= 0)
      .sort((left, right) => (left.priceTicks - right.priceTicks) * sign);
  }

  #reference(): number {
    return this.lastPriceTicks === 0 ? this.rules.listingPriceTicks : this.lastPriceTicks;
  }

  /** The order as it enters: without a limit of its own it gets the collar for one. */
  #begin(terms: OrderTerms): NaiveOrder {
    const options = optionsOf(terms);
    const order = { ...terms, options, sequence: this.sequence, fills: [], fees: 0n };
    if (options.orderType === "stop") return { ...order, priceTicks: collar(terms.side, options.stopPriceTicks) };
    if (options.orderType !== "market") return order;
    const prices = this.open.filter((other) => other.side !== terms.side).map(({ priceTicks }) => priceTicks);
    const best = terms.side === "buy" ? Math.min(...prices) : Math.max(...prices);
    const quantityLots = options.budget === 0n ? terms.quantityLots : this.#canBuy(this.#spendable(order), best);
    return { ...order, priceTicks: collar(terms.side, best), quantityLots };
  }

  /** The most that can be paid for coins when the fee comes on top: found by trying. */
  #spendable(order: NaiveOrder): bigint {
    const { budget } = order.options;
    let spendable = (budget * 10_000n) / BigInt(10_000 + order.takerFeeBps) + 2n;
    while (spendable + roundUp(spendable * BigInt(order.takerFeeBps)) > budget) spendable -= 1n;
    return spendable;
  }

  #canBuy(notional: bigint, priceTicks: number): number {
    return Number(notional / (BigInt(priceTicks) * this.rules.unitsPerLotTick));
  }

  #place(command: PlaceCommand): EngineEvent[] {
    const reserved = this.reserveOf(command);
    const order = this.#begin(command);
    const { stopPriceTicks } = order.options;
    if (stopPriceTicks === 0) return this.#goOn(this.#enter(order, reserved));
    this.stops.push({ ...order, priceTicks: command.priceTicks });
    const money = { reserved, released: 0n, reserve: reserved };
    return [{ ...ending({ ...order, priceTicks: command.priceTicks }), status: "pending_trigger", ...money }];
  }

  #goOn(events: EngineEvent[]): EngineEvent[] {
    for (let count = 0; count < 1_000 && this.triggered.length > 0; count += 1) {
      const stop = this.triggered.shift()!;
      const { orderId, customerId, side, options } = stop;
      const reserved = this.reserveOf(stop);
      const price = { stopPriceTicks: options.stopPriceTicks, lastPriceTicks: this.lastPriceTicks };
      events.push({ type: "triggered", orderId, customerId, side, ...price });
      events.push(...this.#enter({ ...this.#begin(stop), sequence: stop.sequence }, reserved));
    }
    return events;
  }

  #enter(order: NaiveOrder, reserved: bigint): EngineEvent[] {
    const { timeInForce, orderType } = order.options;
    const events: EngineEvent[] = [];
    const before = order.fills.length;
    const stopped = timeInForce === "fok" && !this.#fillsWhole(order) ? undefined : this.#take(order, events);
    const mayRest = timeInForce === "gtc" && (orderType === "limit" || orderType === "stop_limit");
    const rests = remaining(order) > 0 && stopped === undefined && mayRest;
    if (rests) this.open.push(order);
    const fills = order.fills.slice(before);
    const feesNow = order.fees;
    const feesBefore = roundUp(
      fills.length === order.fills.length ? 0n : weight({ ...order, fills: order.fills.slice(0, before) }),
    );
    const spent =
      order.side === "buy"
        ? fills.reduce((sum, fill) => sum + fill.notional, 0n) + feesNow - feesBefore
        : fills.reduce((sum, fill) => sum + BigInt(fill.lots), 0n) * this.rules.lot;
    const reserve = rests ? this.need(order, order.makerFeeBps) : 0n;
    const status = statusOf(order, rests, stopped);
    if (fills.length > 0) this.#trigger();
    return [...events, { ...ending(order), status, reserved, released: reserved - spent - reserve, reserve }];
  }

  #trigger(): void {
    const hit = this.stops.filter(({ side, options }) =>
      side === "buy" ? this.lastPriceTicks >= options.stopPriceTicks : this.lastPriceTicks <= options.stopPriceTicks,
    );
    const sign = (order: NaiveOrder) => (order.side === "buy" ? 1 : -1) * order.options.stopPriceTicks;
    const buys = hit.filter(({ side }) => side === "buy").sort((a, b) => sign(a) - sign(b) || a.sequence - b.sequence);
    const sells = hit
      .filter(({ side }) => side === "sell")
      .sort((a, b) => sign(a) - sign(b) || a.sequence - b.sequence);
    this.triggered.push(...buys, ...sells);
    this.stops = this.stops.filter((stop) => !hit.includes(stop));
  }

  #fillsWhole(order: NaiveOrder): boolean {
    const { stp } = order.options;
    let found = 0;
    for (const maker of this.candidates(order)) {
      const isOwn = stp !== "none" && maker.customerId === order.customerId;
      if (isOwn && stp !== "expire_maker") break;
      found += isOwn ? 0 : remaining(maker);
      if (found >= remaining(order)) break;
    }
    return found >= remaining(order);
  }

  #take(taker: NaiveOrder, events: EngineEvent[]): "own_order" | "spent" | undefined {
    const { stp, budget } = taker.options;
    let budgetLeft = budget === 0n ? undefined : this.#spendable(taker);
    for (const maker of this.candidates(taker)) {
      if (remaining(taker) === 0) break;
      const affordable =
        budgetLeft === undefined ? Number.POSITIVE_INFINITY : this.#canBuy(budgetLeft, maker.priceTicks);
      if (affordable === 0) return "spent";
      const lots = Math.min(remaining(maker), remaining(taker), affordable);
      const notional = BigInt(lots) * BigInt(maker.priceTicks) * this.rules.unitsPerLotTick;
      if (stp === "none" || maker.customerId !== taker.customerId) {
        events.push(this.#trade(maker, taker, lots));
        if (budgetLeft !== undefined) budgetLeft -= notional;
      } else if (stp === "decrement") {
        events.push(this.#decrement(maker, taker, lots));
        if (budgetLeft !== undefined) budgetLeft -= notional;
        if (remaining(taker) === 0) return "own_order";
      } else {
        if (stp !== "expire_taker") events.push(this.#remove(maker, "maker_expired"));
        if (stp !== "expire_maker") return "own_order";
      }
      // A maker larger than what the budget still buys is met again, and then there is nothing left to buy it with.
      if (remaining(maker) > 0 && remaining(taker) > 0 && this.open.includes(maker)) return "spent";
    }
    return undefined;
  }

  #decrement(maker: NaiveOrder, taker: NaiveOrder, lots: number): EngineEvent {
    const before = this.need(maker, maker.makerFeeBps);
    maker.quantityLots -= lots;
    taker.quantityLots -= lots;
    const reserve = this.need(maker, maker.makerFeeBps);
    if (remaining(maker) === 0) this.open = this.open.filter((order) => order !== maker);
    const { orderId, customerId, side, priceTicks } = maker;
    const left = { remainingLots: remaining(maker), reserve, released: before - reserve };
    return {
      type: "decremented",
      priceTicks,
      lots,
      maker: { orderId, customerId, side, ...left },
      taker: { orderId: taker.orderId, customerId: taker.customerId, remainingLots: remaining(taker) },
    };
  }

  #remove(order: NaiveOrder, type: "canceled" | "maker_expired"): EngineEvent {
    this.open = this.open.filter((other) => other !== order);
    const { orderId, customerId, side, priceTicks } = order;
    const released = this.need(order, order.makerFeeBps);
    return { type, orderId, customerId, side, priceTicks, remainingLots: remaining(order), released };
  }

  #amend(order: NaiveOrder, { priceTicks, quantityLots }: AmendCommand): EngineEvent[] {
    const keepsPlace = priceTicks === order.priceTicks && quantityLots < order.quantityLots;
    const reserved = keepsPlace ? 0n : this.reserveOfAmend(order, { priceTicks, quantityLots });
    const before = this.need(order, order.makerFeeBps);
    const fromPriceTicks = order.priceTicks;
    const fromLots = keepsPlace ? order.quantityLots - quantityLots : remaining(order);
    order.priceTicks = priceTicks;
    order.quantityLots = quantityLots;
    const reserve = keepsPlace ? this.need(order, order.makerFeeBps) : before + reserved;
    const { orderId, customerId, side } = order;
    const what = { orderId, customerId, side, keepsPlace, fromPriceTicks, fromLots, priceTicks, quantityLots };
    const money = { reserved, released: keepsPlace ? before - reserve : 0n, reserve };
    const event: EngineEvent = { type: "amended", ...what, remainingLots: remaining(order), ...money };
    if (keepsPlace) return [event];
    this.open = this.open.filter((other) => other !== order);
    order.sequence = this.sequence;
    return this.#goOn([event, ...this.#enter(order, reserve)]);
  }

  #trade(maker: NaiveOrder, taker: NaiveOrder, lots: number): EngineEvent {
    const notional = BigInt(lots) * BigInt(maker.priceTicks) * this.rules.unitsPerLotTick;
    const fees = [maker, taker].map((order) => {
      const feeBps = order === maker ? order.makerFeeBps : order.takerFeeBps;
      order.fills.push({ notional, lots, feeBps });
      const fee = roundUp(weight(order)) - order.fees;
      order.fees += fee;
      return { orderId: order.orderId, customerId: order.customerId, fee, remainingLots: remaining(order) };
    });
    if (remaining(maker) === 0) this.open = this.open.filter((order) => order !== maker);
    this.trades += 1;
    this.lastPriceTicks = maker.priceTicks;
    const reserve = this.need(maker, maker.makerFeeBps);
    const parties = { maker: { ...fees[0]!, reserve }, taker: fees[1]! };
    const what = { number: this.trades, priceTicks: maker.priceTicks, lots, notional, takerSide: taker.side };
    return { type: "trade", ...what, ...parties };
  }
}

export function filled(order: NaiveOrder): number {
  return order.fills.reduce((sum, fill) => sum + fill.lots, 0);
}

function optionsOf(terms: OrderTerms): OrderOptions {
  return terms.options ?? PLAIN_LIMIT;
}

function ending(order: NaiveOrder) {
  const { orderId, customerId, side, priceTicks, quantityLots } = order;
  return {
    type: "placed" as const,
    orderId,
    customerId,
    side,
    priceTicks,
    quantityLots,
    remainingLots: remaining(order),
  };
}

function outOfBand(terms: OrderTerms, referenceTicks: number): boolean {
  const price = BigInt(terms.priceTicks) * 10n;
  const reference = BigInt(referenceTicks);
  return terms.side === "buy" ? price > reference * 12n : price < reference * 8n;
}

/** 5 % beyond a price, rounded towards it. */
function collar(side: "buy" | "sell", ticks: number): number {
  if (side === "buy") return Math.min(Number((BigInt(ticks) * 21n) / 20n), 2 ** 31 - 1);
  return Math.max(1, Number((BigInt(ticks) * 19n + 19n) / 20n));
}

function remaining(order: NaiveOrder): number {
  return order.quantityLots - filled(order);
}

function weight(order: NaiveOrder): bigint {
  return order.fills.reduce((sum, fill) => sum + fill.notional * BigInt(fill.feeBps), 0n);
}

function roundUp(weighted: bigint): bigint {
  return weighted % 10_000n === 0n ? weighted / 10_000n : weighted / 10_000n + 1n;
}

function statusOf(order: NaiveOrder, rests: boolean, stopped: "own_order" | "spent" | undefined): PlacedStatus {
  if (stopped === "own_order") return "expired_in_match";
  if (remaining(order) === 0 || stopped === "spent") return "filled";
  if (!rests) return "expired";
  return filled(order) === 0 ? "new" : "partially_filled";
}
