import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { FLAG_REFUSALS } from "../../feature-flags/flag-values.ts";
import { parseChange } from "../../markets/order-input.ts";
import type { OrderId } from "../../matching/order.ts";
import type { Exchange } from "../../orders/exchange.ts";
import type { AmendRefusal } from "../../orders/order.ts";
import { customer } from "../access.ts";
import { closedSwitch } from "../closed-switch.ts";
import type { Principal } from "../principal.ts";
import { amendOrderSchema, orderAnswerSchema, orderParamsSchema } from "../schema/orders.ts";
import { orderView } from "./order-view.ts";
import { inputRefused, ORDER_REFUSALS, withDetail } from "./place-order-route.ts";

const REFUSALS = { ...ORDER_REFUSALS, ORDER_DONE: 409, NOT_RESTING: 409, QUANTITY_BELOW_FILLED: 422 } as const;

export function amendOrderRoute(exchange: Exchange): Route<Principal> {
  return route({
    method: "PATCH",
    path: "/api/orders/:id",
    summary: "Change an open order: less of it keeps its place in the queue",
    access: customer("trade"),
    params: orderParamsSchema,
    body: amendOrderSchema,
    replies: { 200: orderAnswerSchema },
    refusals: REFUSALS,
    rateClass: "orders",
    async handle({ principal, params, body }) {
      const orderId = params.id as OrderId;
      const order = await exchange.order(principal.customerId, orderId);
      const market = order && exchange.findMarket(order.market);
      if (market === undefined) return amendRefused({ code: "NOT_FOUND" });
      const change = parseChange(market, body);
      if (!change.ok) return inputRefused(change.refusal);
      const amended = await exchange.amend(principal.customerId, orderId, change.value);
      if (!amended.ok) return amendRefused(amended.refusal);
      return answer(200, { success: true as const, ...orderView(amended.value) });
    },
  });
}

function amendRefused({ code }: AmendRefusal) {
  switch (code) {
    case "NOT_FOUND":
      return refuse({ code, detail: "There is no such order." });
    case "ORDER_DONE":
      return refuse({ code, detail: "The order is no longer open." });
    case "NOT_RESTING":
      return refuse({ code, detail: "A stop that waits cannot be changed; cancel it and place another." });
    case "QUANTITY_BELOW_FILLED":
      return refuse({ code, detail: "That much of the order is filled already; cancel it instead." });
    default:
      return code in FLAG_REFUSALS
        ? closedSwitch({ code: code as keyof typeof FLAG_REFUSALS })
        : withDetail(code as keyof typeof ORDER_REFUSALS);
  }
}
