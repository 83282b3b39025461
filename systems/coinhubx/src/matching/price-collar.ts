import { LARGEST_PRICE_TICKS } from "../markets/markets.ts";
import type { Side } from "./order.ts";

/** How far an order without a limit may move the price: 5 % beyond where it begins. */
const COLLAR_PERCENT = 5;

/**
 * The worst price at which an order without a limit may trade, seen from the best opposite price, or for a stop from its
 * stop price. Rounded towards that price, so that the collar is never wider than it says.
 */
export function collarPrice(side: Side, fromTicks: number): number {
  const ticks =
    side === "buy"
      ? Math.floor((fromTicks * (100 + COLLAR_PERCENT)) / 100)
      : Math.ceil((fromTicks * (100 - COLLAR_PERCENT)) / 100);
  return Math.min(Math.max(ticks, 1), LARGEST_PRICE_TICKS);
}
