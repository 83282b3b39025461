import { type BookOrder, oppositeOf } from "./order.ts";
import type { OrderBook } from "./order-book.ts";
import { type MoneyRules, notionalOf } from "./order-money.ts";

const BPS_UNITS = 10_000n;
/** The largest quantity of any order. */
const LARGEST_LOTS = 2n ** 40n;

/**
 * What a budget that must also pay the fee can spend on coins: the largest n with n + ⌈n × bps / 10 000⌉ ≤ budget. The fee of
 * an order is its exact sum rounded up once, so the bound holds for any number of fills.
 */
export function spendableNotional(budget: bigint, feeBps: number): bigint {
  return (budget * BPS_UNITS) / (BPS_UNITS + BigInt(feeBps));
}

/** Whole lots that an amount of quote units buys at a price; never more than an order may have. */
export function affordableLots(rules: MoneyRules, notional: bigint, priceTicks: number): number {
  const lots = notional / notionalOf(rules, priceTicks, 1);
  return Number(lots > LARGEST_LOTS ? LARGEST_LOTS : lots);
}

/**
 * Whether a fill-or-kill order would be filled whole by the book as it is. Its own customer's orders count for nothing, and
 * where meeting one would end or shrink it, nothing behind that one counts either.
 */
export function canFill(book: OrderBook, order: BookOrder): boolean {
  const { stp } = order.options;
  let missing = order.remainingLots;
  for (const level of book.side(oppositeOf(order.side)).levels()) {
    if (order.side === "buy" ? level.priceTicks > order.priceTicks : level.priceTicks < order.priceTicks) return false;
    for (let maker = level.first; maker !== undefined; maker = maker.next) {
      const isOwn = maker.owner === order.owner && stp !== "none";
      if (isOwn && stp !== "expire_maker") return false;
      if (!isOwn) missing -= maker.remainingLots;
      if (missing <= 0) return true;
    }
  }
  return false;
}
