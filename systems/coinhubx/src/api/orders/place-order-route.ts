import { answer, type RefusalOfRoute, type Route, route } from "@assay/platform/http/route";
import { type Refused, refuse } from "@assay/primitives/result";
import { FLAG_REFUSALS } from "../../feature-flags/flag-values.ts";
import { type OrderInputRefusal, parseOrder } from "../../markets/order-input.ts";
import type { Exchange } from "../../orders/exchange.ts";
import type { ClientKey, PlaceRefusal } from "../../orders/order.ts";
import { customer } from "../access.ts";
import { closedSwitch } from "../closed-switch.ts";
import { idempotencyRefused, readIdempotencyKey, replayHeaders } from "../idempotent.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import { newOrderSchema, placedOrderSchema } from "../schema/orders.ts";
import { fillView, orderView } from "./order-view.ts";

export const ORDER_REFUSALS = {
  PRICE_OFF_TICK: 422,
  QUANTITY_OFF_LOT: 422,
  QUANTITY_TOO_LARGE: 422,
  NOTIONAL_TOO_SMALL: 422,
  PRICE_OUT_OF_BAND: 422,
  INSUFFICIENT_FUNDS: 409,
  TOO_MANY_ORDERS: 409,
  WOULD_TAKE: 409,
  NO_LIQUIDITY: 409,
  STOP_WOULD_TRIGGER: 409,
  MARKET_CLOSED: 409,
  ...FLAG_REFUSALS,
} as const;

type OrderRefusalCode = keyof typeof ORDER_REFUSALS;

const DETAILS: Partial<Record<OrderRefusalCode, string>> = {
  PRICE_OFF_TICK: "The price is not a multiple of the market's tick.",
  QUANTITY_OFF_LOT: "The quantity is not a multiple of the market's lot.",
  QUANTITY_TOO_LARGE: "The quantity is above the market's largest order.",
  NOTIONAL_TOO_SMALL: "Price times quantity is below the market's minimum.",
  PRICE_OUT_OF_BAND: "The price is too far through the market: a buy ends at 120 % of the last trade, a sell at 80 %.",
  INSUFFICIENT_FUNDS: "The balance does not cover the order and its fee.",
  TOO_MANY_ORDERS: "At most 200 orders may be open and 20 stops may wait in a market.",
  WOULD_TAKE: "The order would trade at once, but it, or the market now, is for resting only.",
  NO_LIQUIDITY: "There is nothing on the other side of the market.",
  STOP_WOULD_TRIGGER: "The last price is beyond the stop price already.",
  MARKET_CLOSED: "The market takes no orders now.",
};

export function placeOrderRoute(exchange: Exchange): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/orders",
    summary: "Place an order",
    access: customer("trade"),
    body: newOrderSchema,
    replies: { 201: placedOrderSchema },
    refusals: ORDER_REFUSALS,
    rateClass: "orders",
    async handle({ principal, body, headers }) {
      const market = exchange.findMarket(body.market);
      if (market === undefined) return invalidField("body.market", "is not a market");
      const key = readClientKey(body.client_order_id, headers);
      if ("refused" in key) return key.refused;
      const terms = parseOrder(market, body);
      if (!terms.ok) return inputRefused(terms.refusal);
      const order = { market: market.code, side: body.side, ...terms.value, clientKey: key };
      const placed = await exchange.submit(principal.customerId, order);
      if (!placed.ok) return placeRefused(placed.refusal);
      const view = {
        success: true as const,
        ...orderView(placed.value.order),
        fills: placed.value.fills.map(fillView),
      };
      return answer(201, view, replayHeaders(placed.value.isReplay));
    },
  });
}

function readClientKey(clientOrderId: string | undefined, headers: Parameters<typeof readIdempotencyKey>[0]) {
  if (clientOrderId !== undefined) return { kind: "client", value: clientOrderId } satisfies ClientKey;
  const keyed = readIdempotencyKey(headers);
  return "refused" in keyed ? keyed : ({ kind: "key", value: keyed.key } satisfies ClientKey);
}

export function inputRefused(refusal: OrderInputRefusal) {
  if (refusal.code === "INVALID_INPUT") return invalidField(`body.${refusal.field}`, refusal.reason);
  return withDetail(refusal.code);
}

function placeRefused(refusal: PlaceRefusal) {
  if (refusal.code === "IDEMPOTENCY_KEY_REUSED") return idempotencyRefused(refusal);
  return refusal.code in FLAG_REFUSALS
    ? closedSwitch({ code: refusal.code as keyof typeof FLAG_REFUSALS })
    : withDetail(refusal.code);
}

export function withDetail<Code extends OrderRefusalCode>(code: Code): Refused<RefusalOfRoute<Code>> {
  return refuse({ code, detail: DETAILS[code] ?? "The order was refused." });
}
