import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import type { EngineEvent } from "../matching/engine-event.ts";
import type { OrderId } from "../matching/order.ts";
import type { NewOrder, Order, PlacedOrder, PlaceRefusal } from "./order.ts";

/** What the request said, which its events do not repeat. */
export interface PlacedRequest {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly order: NewOrder;
  readonly at: Instant;
}

/**
 * The answer to a place command, from its events alone: the one that was given first, or the same again for a repeat
 * however the order has fared since.
 */
export function answerOf(
  request: PlacedRequest,
  events: readonly EngineEvent[],
  isReplay = false,
): Result<PlacedOrder, PlaceRefusal> {
  const end = events.at(-1);
  assert(end?.type === "placed" || end?.type === "rejected", "a place command ends as placed or rejected");
  if (end.type === "rejected") return refuse({ code: end.code });
  const { orderId, customerId, at } = request;
  const { market, side, priceTicks, quantityLots, clientKey } = request.order;
  const trades = events.filter((event) => event.type === "trade");
  const order: Order = {
    id: orderId,
    customerId,
    market,
    clientOrderId: clientKey.kind === "client" ? clientKey.value : undefined,
    side,
    priceTicks,
    quantityLots,
    remainingLots: end.remainingLots,
    filledNotional: trades.reduce((sum, trade) => sum + trade.notional, 0n),
    feeCharged: trades.reduce((sum, trade) => sum + trade.taker.fee, 0n),
    status: end.status,
    createdAt: at,
    updatedAt: at,
  };
  const fills = trades.map((trade) => ({
    market,
    tradeNumber: trade.number,
    orderId,
    side,
    liquidity: "taker" as const,
    priceTicks: trade.priceTicks,
    quantityLots: trade.lots,
    notional: trade.notional,
    fee: trade.taker.fee,
    at,
  }));
  return accept({ order, fills, isReplay });
}

/** The name of the first field in which a repeated request differs from the order it names. */
export function differingField(first: NewOrder, second: NewOrder): string | undefined {
  if (first.market !== second.market) return "market";
  if (first.side !== second.side) return "side";
  if (first.priceTicks !== second.priceTicks) return "price";
  return first.quantityLots === second.quantityLots ? undefined : "quantity";
}
