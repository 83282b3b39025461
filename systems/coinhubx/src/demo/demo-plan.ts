import type { Random } from "@assay/platform/random/random";
import { LARGEST_PRICE_TICKS, type Market } from "../markets/markets.ts";
import type { Side } from "../matching/order.ts";

/** An open order of the demo's maker. */
export interface DemoOrder {
  readonly orderId: string;
  readonly side: Side;
  readonly priceTicks: number;
}

export interface DemoOrderPlan {
  readonly side: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** What the demo does in one step. */
export interface DemoStep {
  /** Around which both traders quote from now on. */
  readonly middleTicks: number;
  readonly cancel: readonly string[];
  readonly make: DemoOrderPlan;
  readonly take: DemoOrderPlan | undefined;
}

/** The maker's orders per side; with the one that is being placed the most that ever rests is twice this and one. */
export const ORDERS_A_SIDE = 30;
const HALF_SPREAD_TICKS = 10;
const DEEPEST_TICKS = 1_500;
const LARGEST_STEP_TICKS = 60;

/**
 * The next step of a market that moves like one: the middle wanders and is drawn back to the listing price, the maker
 * quotes around it and drops what has become stale, and now and then the taker crosses the spread.
 * @param orders the maker's open orders, oldest first.
 */
export function planStep(
  market: Market,
  state: { readonly middleTicks: number; readonly orders: readonly DemoOrder[] },
  random: Random,
): DemoStep {
  const middleTicks = wander(market, state.middleTicks, random);
  const side: Side = random.integer(2) === 0 ? "buy" : "sell";
  // Two draws: most of the depth is near the middle.
  const depth = Math.min(random.integer(DEEPEST_TICKS), random.integer(DEEPEST_TICKS));
  const priceTicks = away(middleTicks, side, HALF_SPREAD_TICKS + depth);
  const make = { side, priceTicks, quantityLots: 500 + random.integer(20_000) };
  const take = random.integer(5) < 2 ? planTake(middleTicks, random) : undefined;
  return { middleTicks, cancel: staleOrders(state.orders, make), make, take };
}

function planTake(middleTicks: number, random: Random): DemoOrderPlan {
  const side: Side = random.integer(2) === 0 ? "buy" : "sell";
  const limit = away(middleTicks, side === "buy" ? "sell" : "buy", HALF_SPREAD_TICKS * 20);
  return { side, priceTicks: limit, quantityLots: 100 + random.integer(5_000) };
}

function wander(market: Market, middleTicks: number, random: Random): number {
  const step = random.integer(2 * LARGEST_STEP_TICKS + 1) - LARGEST_STEP_TICKS;
  const home = market.listingPriceTicks;
  const pull = Math.round((home - middleTicks) / 500);
  return Math.min(Math.max(middleTicks + step + pull, Math.ceil(home * 0.9)), Math.floor(home * 1.1));
}

/** Below the middle for a buy, above it for a sell. */
function away(middleTicks: number, side: Side, ticks: number): number {
  const price = side === "buy" ? middleTicks - ticks : middleTicks + ticks;
  return Math.min(Math.max(price, 1), LARGEST_PRICE_TICKS);
}

/** The maker's own orders that the new one would meet, and the oldest of a side that is full. */
function staleOrders(orders: readonly DemoOrder[], make: DemoOrderPlan): string[] {
  const met = orders.filter(
    ({ side, priceTicks }) =>
      side !== make.side && (make.side === "buy" ? priceTicks <= make.priceTicks : priceTicks >= make.priceTicks),
  );
  const same = orders.filter(({ side }) => side === make.side);
  const oldest = same.slice(0, Math.max(0, same.length + 1 - ORDERS_A_SIDE));
  return [...met, ...oldest].map(({ orderId }) => orderId);
}
