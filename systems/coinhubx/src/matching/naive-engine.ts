import { assert } from "@assay/primitives/assert";
import type { EngineCommand, EngineRefusalCode, PlaceCommand, RiskVerdict } from "./engine-command.ts";
import type { EngineEvent, PlacedStatus } from "./engine-event.ts";
import type { EngineRules } from "./matching-engine.ts";
import type { OrderTerms } from "./order.ts";

/** An order as the oracle keeps it: everything that can be recomputed is. */
export interface NaiveOrder extends OrderTerms {
  readonly sequence: number;
  readonly fills: { readonly notional: bigint; readonly lots: number; readonly feeBps: number }[];
  fees: bigint;
}

/**
 * The oracle for `MatchingEngine`: the same rules written the slow and obvious way, one unsorted list, bigints only,
 * sums recomputed from the fills each time. It shares no code with the engine that it checks.
 */
export class NaiveEngine {
  readonly rules: EngineRules;
  open: NaiveOrder[] = [];
  sequence = 0;
  trades = 0;
  lastPriceTicks = 0;

  constructor(rules: EngineRules) {
    this.rules = rules;
  }

  check(terms: OrderTerms): EngineRefusalCode | undefined {
    const price = BigInt(terms.priceTicks) * 10n;
    const reference = BigInt(this.lastPriceTicks === 0 ? this.rules.listingPriceTicks : this.lastPriceTicks);
    if (terms.side === "buy" ? price > reference * 12n : price < reference * 8n) return "PRICE_OUT_OF_BAND";
    const own = this.open.filter((order) => order.customerId === terms.customerId);
    if (this.open.length >= this.rules.restingOrders) return "TOO_MANY_ORDERS";
    return own.length >= this.rules.openOrdersPerCustomer ? "TOO_MANY_ORDERS" : undefined;
  }

  reserveOf(terms: OrderTerms): bigint {
    const order = { ...terms, sequence: 0, fills: [], fees: 0n };
    return this.need(order, this.candidates(order).length > 0 ? terms.takerFeeBps : terms.makerFeeBps);
  }

  execute(command: EngineCommand, verdict: RiskVerdict): EngineEvent[] {
    this.sequence += 1;
    if (command.type === "place" && verdict === "accepted") return this.#place(command);
    const { orderId, customerId } = command;
    if (command.type === "place") return [{ type: "rejected", orderId, customerId, code: "INSUFFICIENT_FUNDS" }];
    const order = this.open.find((candidate) => candidate.orderId === orderId);
    assert(order !== undefined, "the order is open");
    this.open = this.open.filter((other) => other !== order);
    const { side, priceTicks } = order;
    const released = this.need(order, order.makerFeeBps);
    return [{ type: "canceled", orderId, customerId, side, priceTicks, remainingLots: remaining(order), released }];
  }

  /** What an order must have set aside now, if every lot that remains paid `feeBps`. */
  need(order: NaiveOrder, feeBps: number): bigint {
    const lots = BigInt(remaining(order));
    if (order.side === "sell") return lots * this.rules.lot;
    const cost = lots * BigInt(order.priceTicks) * this.rules.unitsPerLotTick;
    return cost + roundUp(weight(order) + cost * BigInt(feeBps)) - order.fees;
  }

  /** Resting orders that would trade with `order`, first to last. */
  candidates(order: OrderTerms): NaiveOrder[] {
    const sign = order.side === "buy" ? 1 : -1;
    return this.open
      .filter((other) => other.side !== order.side && (order.priceTicks - other.priceTicks) * sign >= 0)
      .sort((left, right) => (left.priceTicks - right.priceTicks) * sign || left.sequence - right.sequence);
  }

  #place(command: PlaceCommand): EngineEvent[] {
    const reserved = this.reserveOf(command);
    const taker: NaiveOrder = { ...command, sequence: this.sequence, fills: [], fees: 0n };
    const events: EngineEvent[] = [];
    let expired = false;
    for (const maker of this.candidates(taker)) {
      if (remaining(taker) === 0) break;
      expired = maker.customerId === taker.customerId;
      if (expired) break;
      events.push(this.#trade(maker, taker));
    }
    const rests = remaining(taker) > 0 && !expired;
    if (rests) this.open.push(taker);
    const reserve = rests ? this.need(taker, taker.makerFeeBps) : 0n;
    const spent = taker.side === "buy" ? paid(taker) + taker.fees : BigInt(filled(taker)) * this.rules.lot;
    const { orderId, customerId, side, priceTicks, quantityLots } = taker;
    const status = statusOf(taker, expired);
    const end = { remainingLots: remaining(taker), status, reserved, released: reserved - spent - reserve, reserve };
    return [...events, { type: "placed", orderId, customerId, side, priceTicks, quantityLots, ...end }];
  }

  #trade(maker: NaiveOrder, taker: NaiveOrder): EngineEvent {
    const lots = Math.min(remaining(maker), remaining(taker));
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

function remaining(order: NaiveOrder): number {
  return order.quantityLots - filled(order);
}

function paid(order: NaiveOrder): bigint {
  return order.fills.reduce((sum, fill) => sum + fill.notional, 0n);
}

function weight(order: NaiveOrder): bigint {
  return order.fills.reduce((sum, fill) => sum + fill.notional * BigInt(fill.feeBps), 0n);
}

function roundUp(weighted: bigint): bigint {
  return weighted % 10_000n === 0n ? weighted / 10_000n : weighted / 10_000n + 1n;
}

function statusOf(order: NaiveOrder, expired: boolean): PlacedStatus {
  if (expired) return "expired_in_match";
  if (remaining(order) === 0) return "filled";
  return filled(order) === 0 ? "new" : "partially_filled";
}
