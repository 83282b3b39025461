import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import type { EngineEvent, TradeEvent } from "../matching/engine-event.ts";
import { type OrderId, type OrderOptions, PLAIN_LIMIT } from "../matching/order.ts";
import type { Fill, NewOrder, Order, PlacedOrder, PlaceRefusal } from "./order.ts";

/** What the request said, which its events do not repeat. */
export interface PlacedRequest {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly order: NewOrder;
  readonly at: Instant;
}

/**
 * The answer to a place command, from its events alone: the one that was given first, or the same again for a repeat
 * however the order has fared since. Stops that the order set off may have met it when it rested.
 */
export function answerOf(
  request: PlacedRequest,
  events: readonly EngineEvent[],
  isReplay = false,
): Result<PlacedOrder, PlaceRefusal> {
  const { orderId } = request;
  const [first] = events;
  if (first?.type === "rejected") return refuse({ code: first.code });
  const placed = events.find((event) => event.type === "placed" && event.orderId === orderId);
  assert(placed?.type === "placed", "a place command ends as placed or rejected");
  const left = leftOf(orderId, events);
  const { market, side, clientKey, options = PLAIN_LIMIT } = request.order;
  const fills = events.flatMap((event) => (event.type === "trade" ? fillsOf(request, event) : []));
  const order: Order = {
    id: orderId,
    customerId: request.customerId,
    market,
    clientOrderId: clientKey.kind === "client" ? clientKey.value : undefined,
    side,
    options,
    priceTicks: hasLimit(options) ? placed.priceTicks : undefined,
    ...left,
    filledNotional: fills.reduce((sum, { notional }) => sum + notional, 0n),
    feeCharged: fills.reduce((sum, { fee }) => sum + fee, 0n),
    createdAt: request.at,
    updatedAt: request.at,
  };
  return accept({ order, fills, isReplay });
}

/** The name of the first field in which a repeated request differs from the order it names. */
export function differingField(first: NewOrder, second: NewOrder): string | undefined {
  if (first.market !== second.market) return "market";
  if (first.side !== second.side) return "side";
  if (first.priceTicks !== second.priceTicks) return "price";
  if (first.quantityLots !== second.quantityLots) return "quantity";
  const [before, after] = [first.options ?? PLAIN_LIMIT, second.options ?? PLAIN_LIMIT];
  return FIELDS.find(([option]) => before[option] !== after[option])?.[1];
}

const FIELDS: readonly (readonly [keyof OrderOptions, string])[] = [
  ["orderType", "type"],
  ["timeInForce", "time_in_force"],
  ["postOnly", "post_only"],
  ["stp", "self_trade_prevention"],
  ["stopPriceTicks", "stop_price"],
  ["budget", "quote_quantity"],
];

export function hasLimit({ orderType }: OrderOptions): boolean {
  return orderType === "limit" || orderType === "stop_limit";
}

type Left = Pick<Order, "status" | "remainingLots" | "quantityLots" | "preventedLots">;

/** How the order stands after all that the command did. */
function leftOf(orderId: OrderId, events: readonly EngineEvent[]): Left {
  let left: Left = { status: "new", remainingLots: 0, quantityLots: 0, preventedLots: 0 };
  for (const event of events) {
    if (event.type === "placed" && event.orderId === orderId) {
      const { status, remainingLots, quantityLots } = event;
      left = { ...left, status, remainingLots, quantityLots };
    } else if (event.type === "trade" && event.maker.orderId === orderId) {
      const { remainingLots } = event.maker;
      left = { ...left, remainingLots, status: remainingLots === 0 ? "filled" : "partially_filled" };
    } else if (event.type === "decremented" && event.taker.orderId === orderId) {
      left = { ...left, preventedLots: left.preventedLots + event.lots };
    } else if (event.type === "decremented" && event.maker.orderId === orderId) {
      const { remainingLots } = event.maker;
      const status = remainingLots === 0 ? "expired_in_match" : left.status;
      const quantityLots = left.quantityLots - event.lots;
      left = { status, remainingLots, quantityLots, preventedLots: left.preventedLots + event.lots };
    } else if (event.type === "maker_expired" && event.orderId === orderId) {
      left = { ...left, status: "expired_in_match" };
    }
  }
  return left;
}

function fillsOf({ orderId, order, at }: PlacedRequest, trade: TradeEvent): Omit<Fill, "id">[] {
  return (["maker", "taker"] as const)
    .filter((liquidity) => trade[liquidity].orderId === orderId)
    .map((liquidity) => ({
      market: order.market,
      tradeNumber: trade.number,
      orderId,
      side: order.side,
      liquidity,
      priceTicks: trade.priceTicks,
      quantityLots: trade.lots,
      notional: trade.notional,
      fee: trade[liquidity].fee,
      at,
    }));
}
