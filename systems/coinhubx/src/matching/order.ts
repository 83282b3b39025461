import type { Brand } from "@assay/primitives/brand";
import type { CustomerId } from "../customers/customer.ts";
import type { FeeWeight } from "./order-money.ts";

export type OrderId = Brand<string, "OrderId">;

export type Side = "buy" | "sell";

export function oppositeOf(side: Side): Side {
  return side === "buy" ? "sell" : "buy";
}

export type OrderType = "limit" | "market" | "stop" | "stop_limit";

/** Good till canceled; immediate or cancel; fill or kill. */
export type TimeInForce = "gtc" | "ioc" | "fok";

/** Self-trade prevention: what happens when an order meets one of its own customer. The taker's mode decides. */
export type SelfTradePrevention = "none" | "expire_taker" | "expire_maker" | "expire_both" | "decrement";

/** What makes an order other than a plain limit that stays until it is filled or canceled. */
export interface OrderOptions {
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** Never takes: refused when it would. */
  readonly postOnly: boolean;
  readonly stp: SelfTradePrevention;
  /** The last price that triggers a stop; zero for every other type. */
  readonly stopPriceTicks: number;
  /** What a market buy may spend, fee included, in quote units; zero when it is told a quantity. */
  readonly budget: bigint;
}

/** One object for all plain limits, which are nearly all orders. */
export const PLAIN_LIMIT: OrderOptions = Object.freeze({
  orderType: "limit",
  timeInForce: "gtc",
  postOnly: false,
  stp: "expire_taker",
  stopPriceTicks: 0,
  budget: 0n,
});

export function isPlainLimit(options: OrderOptions): boolean {
  if (options === PLAIN_LIMIT) return true;
  const { orderType, timeInForce, postOnly, stp } = options;
  return orderType === "limit" && timeInForce === "gtc" && !postOnly && stp === PLAIN_LIMIT.stp;
}

/** What the engine knows of an order that is, or may come to be, in the book. */
export interface OrderTerms {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  /** The limit; for `market` and `stop` zero, the engine finds theirs. */
  readonly priceTicks: number;
  /** For a market buy with a budget: the most that the budget could buy at the best price. */
  readonly quantityLots: number;
  /** Fixed at acceptance: a later change of the market's fees leaves this order alone. */
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
  /** Left out for a plain limit. */
  readonly options?: OrderOptions;
}

/**
 * One order with its place in two intrusive lists, its price level's queue and its customer's open orders, so that
 * taking it out of either needs no search.
 */
export class BookOrder implements OrderTerms {
  // What finding, linking and removing an order touches comes first, so that it shares as few cache lines as can be.
  readonly orderId: OrderId;
  /** Kept by the index of ids: the hash of its own, and the next order of the same bucket. */
  idHash = 0;
  nextInBucket: BookOrder | undefined;
  readonly owner: OpenOrders;
  level: PriceLevel | undefined;
  previous: BookOrder | undefined;
  next: BookOrder | undefined;
  ownerPrevious: BookOrder | undefined;
  ownerNext: BookOrder | undefined;
  readonly side: Side;
  readonly priceTicks: number;
  remainingLots: number;
  /** What is set aside for it while it rests: quote units for a buy, base units for a sell. */
  reserve = 0n;
  feeWeight: FeeWeight = 0;
  /** What was ordered, less what an amendment or self-trade prevention took away: filled is this less what remains. */
  quantityLots: number;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
  readonly options: OrderOptions;
  /** The number of the command that brought it, or gave it its place anew: its age. */
  readonly sequence: number;

  constructor(terms: OrderTerms, owner: OpenOrders, sequence: number) {
    this.orderId = terms.orderId;
    this.side = terms.side;
    this.priceTicks = terms.priceTicks;
    this.quantityLots = terms.quantityLots;
    this.makerFeeBps = terms.makerFeeBps;
    this.takerFeeBps = terms.takerFeeBps;
    this.options = terms.options ?? PLAIN_LIMIT;
    this.sequence = sequence;
    this.owner = owner;
    this.remainingLots = terms.quantityLots;
  }

  get customerId(): CustomerId {
    return this.owner.customerId;
  }
}

/** The orders resting at one price, oldest first. */
export class PriceLevel {
  readonly priceTicks: number;
  lots = 0;
  orders = 0;
  first: BookOrder | undefined;
  last: BookOrder | undefined;

  constructor(priceTicks: number) {
    this.priceTicks = priceTicks;
  }

  append(order: BookOrder): void {
    const { last } = this;
    order.level = this;
    order.previous = last;
    if (last === undefined) this.first = order;
    else last.next = order;
    this.last = order;
    this.lots += order.remainingLots;
    this.orders += 1;
  }

  remove(order: BookOrder): void {
    const { previous, next } = order;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    order.level = undefined;
    order.previous = undefined;
    order.next = undefined;
    this.lots -= order.remainingLots;
    this.orders -= 1;
  }
}

/** One customer's open orders in one market, newest first. */
export class OpenOrders {
  readonly customerId: CustomerId;
  count = 0;
  newest: BookOrder | undefined;

  constructor(customerId: CustomerId) {
    this.customerId = customerId;
  }

  add(order: BookOrder): void {
    const { newest } = this;
    order.ownerNext = newest;
    if (newest !== undefined) newest.ownerPrevious = order;
    this.newest = order;
    this.count += 1;
  }

  remove(order: BookOrder): void {
    const { ownerPrevious, ownerNext } = order;
    if (ownerPrevious === undefined) this.newest = ownerNext;
    else ownerPrevious.ownerNext = ownerNext;
    if (ownerNext !== undefined) ownerNext.ownerPrevious = ownerPrevious;
    order.ownerPrevious = undefined;
    order.ownerNext = undefined;
    this.count -= 1;
  }
}
