import { answer, type RefusalOfRoute, type Route, route } from "@assay/platform/http/route";
import { type Refused, refuse } from "@assay/primitives/result";
import { FLAG_REFUSALS } from "../../feature-flags/flag-values.ts";
import { type OrderInputRefusal, parseLimit } from "../../markets/order-input.ts";
import type { Exchange } from "../../orders/exchange.ts";
import type { ClientKey, PlaceRefusal } from "../../orders/order.ts";
import { customer } from "../access.ts";
import { closedSwitch } from "../closed-switch.ts";
import { idempotencyRefused, readIdempotencyKey, replayHeaders } from "../idempotent.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import { newOrderSchema, placedOrderSchema } from "../schema/orders.ts";
import { fillView, orderView } from "./order-view.ts";

const REFUSALS = {
  PRICE_OFF_TICK: 422,
  QUANTITY_OFF_LOT: 422,
  QUANTITY_TOO_LARGE: 422,
  NOTIONAL_TOO_SMALL: 422,
  PRICE_OUT_OF_BAND: 422,
  INSUFFICIENT_FUNDS: 409,
  TOO_MANY_ORDERS: 409,
  WOULD_TAKE: 409,
  MARKET_CLOSED: 409,
  ...FLAG_REFUSALS,
} as const;

const DETAILS: Partial<Record<keyof typeof REFUSALS, string>> = {
  PRICE_OFF_TICK: "The price is not a multiple of the market's tick.",
  QUANTITY_OFF_LOT: "The quantity is not a multiple of the market's lot.",
  QUANTITY_TOO_LARGE: "The quantity is above the market's largest order.",
  NOTIONAL_TOO_SMALL: "Price times quantity is below the market's minimum.",
  PRICE_OUT_OF_BAND: "The price is too far through the market: a buy ends at 120 % of the last trade, a sell at 80 %.",
  INSUFFICIENT_FUNDS: "The balance does not cover the order and its fee.",
  TOO_MANY_ORDERS: "At most 200 orders may be open in a market.",
  WOULD_TAKE: "The market takes only orders that rest.",
  MARKET_CLOSED: "The market takes no orders now.",
};

export function placeOrderRoute(exchange: Exchange): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/orders",
    summary: "Place a limit order",
    access: customer("trade"),
    body: newOrderSchema,
    replies: { 201: placedOrderSchema },
    refusals: REFUSALS,
    rateClass: "orders",
    async handle({ principal, body, headers }) {
      const market = exchange.findMarket(body.market);
      if (market === undefined) return invalidField("body.market", "is not a market");
      const key = readClientKey(body.client_order_id, headers);
      if ("refused" in key) return key.refused;
      const terms = parseLimit(market, body);
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

function inputRefused(refusal: OrderInputRefusal) {
  if (refusal.code === "INVALID_INPUT") return invalidField(`body.${refusal.field}`, "is not a decimal above zero");
  return withDetail(refusal.code);
}

function placeRefused(refusal: PlaceRefusal) {
  if (refusal.code === "IDEMPOTENCY_KEY_REUSED") return idempotencyRefused(refusal);
  return refusal.code in FLAG_REFUSALS
    ? closedSwitch({ code: refusal.code as keyof typeof FLAG_REFUSALS })
    : withDetail(refusal.code);
}

function withDetail<Code extends keyof typeof REFUSALS>(code: Code): Refused<RefusalOfRoute<Code>> {
  return refuse({ code, detail: DETAILS[code] ?? "The order was refused." });
}
