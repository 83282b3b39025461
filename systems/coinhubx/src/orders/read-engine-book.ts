import type { Sql } from "@assay/platform/storage/database";
import type { AssetCode } from "@assay/primitives/money";
import type { CustomerId } from "../customers/customer.ts";
import type { Market } from "../markets/markets.ts";
import type { OrderId, Side } from "../matching/order.ts";
import type { ReplayMismatch } from "../matching/replay.ts";
import { recoverEngine } from "./engine-recovery.ts";
import { reserveAsset } from "./settlement.ts";

/** An open order as the engine's journal says it stands; the table `orders` must say the same (R4). */
export interface EngineOrder {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  /** Zero for a stop without a limit. */
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly remainingLots: number;
  /** What must be set aside for it in `customer_orders`, in units of `reserveAsset` (R3). */
  readonly reserve: bigint;
  readonly reserveAsset: AssetCode;
}

export interface EngineBook {
  /** The number of the last command in the journal. */
  readonly sequence: number;
  readonly orders: readonly EngineOrder[];
  readonly mismatch: ReplayMismatch | undefined;
}

/**
 * The book of a market's engine as the reading transaction sees it: snapshot and journal replayed, without asking the
 * process that runs the engine. For reconciliation, in its REPEATABLE READ transaction.
 */
export async function readEngineBook(transaction: Sql, market: Market): Promise<EngineBook> {
  const { engine, mismatch } = await recoverEngine(transaction, market);
  const orders: EngineOrder[] = [];
  for (const side of ["buy", "sell"] as const) {
    for (const level of engine.book.side(side).levels()) {
      for (let order = level.first; order !== undefined; order = order.next) {
        const { orderId, customerId, priceTicks, quantityLots, remainingLots } = order;
        const reserve = { reserve: order.reserve, reserveAsset: reserveAsset(market, side) };
        orders.push({ orderId, customerId, side, priceTicks, quantityLots, remainingLots, ...reserve });
      }
    }
    for (const { terms, reserve } of engine.stops.waiting(side)) {
      const { orderId, customerId, priceTicks, quantityLots } = terms;
      const money = { reserve, reserveAsset: reserveAsset(market, side) };
      orders.push({ orderId, customerId, side, priceTicks, quantityLots, remainingLots: quantityLots, ...money });
    }
  }
  return { sequence: engine.counters.sequence, orders, mismatch };
}
