import { answer, type Route, route } from "@assay/platform/http/route";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { MarketCode } from "../../markets/markets.ts";
import type { OrderId } from "../../matching/order.ts";
import type { Exchange } from "../../orders/exchange.ts";
import { customer } from "../access.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import {
  cancelAllQuerySchema,
  canceledOrdersSchema,
  fillsQuerySchema,
  fillsSchema,
  orderAnswerSchema,
  orderParamsSchema,
  ordersQuerySchema,
  ordersSchema,
} from "../schema/orders.ts";
import { amendOrderRoute } from "./amend-order-route.ts";
import { fillView, orderView } from "./order-view.ts";
import { placeOrderRoute } from "./place-order-route.ts";

const UNKNOWN_MARKET = () => invalidField("query.market", "is not a market");

export function orderRoutes(exchange: Exchange): Route<Principal>[] {
  return [
    placeOrderRoute(exchange),
    amendOrderRoute(exchange),
    orders(exchange),
    order(exchange),
    cancel(exchange),
    cancelAll(exchange),
    fills(exchange),
  ];
}

function orders(exchange: Exchange): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/orders",
    summary: "The customer's orders, newest first",
    access: customer("read"),
    query: ordersQuerySchema,
    replies: { 200: ordersSchema },
    async handle({ principal, query }) {
      const market = marketOf(exchange, query.market);
      if (!market.ok) return UNKNOWN_MARKET();
      const { limit, status } = query;
      const before = query.cursor as OrderId | undefined;
      const { customerId } = principal;
      const found = await exchange.orders({
        customerId,
        market: market.value,
        onlyOpen: status === "open",
        before,
        limit,
      });
      const nextCursor = found.length === limit ? found.at(-1)!.id : null;
      return answer(200, { success: true as const, orders: found.map(orderView), next_cursor: nextCursor });
    },
  });
}

function order(exchange: Exchange): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/orders/:id",
    summary: "One order of the customer",
    access: customer("read"),
    params: orderParamsSchema,
    replies: { 200: orderAnswerSchema },
    async handle({ principal, params }) {
      const found = await exchange.order(principal.customerId, params.id as OrderId);
      if (found === undefined) return refuse({ code: "NOT_FOUND", detail: "There is no such order." });
      return answer(200, { success: true as const, ...orderView(found) });
    },
  });
}

function cancel(exchange: Exchange): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/orders/:id",
    summary: "Cancel an open order; works while trading is stopped",
    access: customer("trade", "admitted"),
    params: orderParamsSchema,
    replies: { 200: orderAnswerSchema },
    refusals: { ORDER_DONE: 409 },
    rateClass: "orders",
    async handle({ principal, params }) {
      const canceled = await exchange.cancel(principal.customerId, params.id as OrderId);
      if (canceled.ok) return answer(200, { success: true as const, ...orderView(canceled.value) });
      return canceled.refusal.code === "NOT_FOUND"
        ? refuse({ code: "NOT_FOUND", detail: "There is no such order." })
        : refuse({ code: "ORDER_DONE", detail: "The order is no longer open." });
    },
  });
}

function cancelAll(exchange: Exchange): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/orders",
    summary: "Cancel all open orders, in one market or in all",
    access: customer("trade", "admitted"),
    query: cancelAllQuerySchema,
    replies: { 200: canceledOrdersSchema },
    rateClass: "orders",
    async handle({ principal, query }) {
      const market = marketOf(exchange, query.market);
      if (!market.ok) return UNKNOWN_MARKET();
      const canceled = await exchange.cancelAll(principal.customerId, market.value);
      return answer(200, { success: true as const, canceled });
    },
  });
}

function fills(exchange: Exchange): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/fills",
    summary: "The customer's executions, newest first",
    access: customer("read"),
    query: fillsQuerySchema,
    replies: { 200: fillsSchema },
    async handle({ principal, query }) {
      const market = marketOf(exchange, query.market);
      if (!market.ok) return UNKNOWN_MARKET();
      const { limit, cursor: before } = query;
      const orderId = query.order_id as OrderId | undefined;
      const { customerId } = principal;
      const found = await exchange.fills({ customerId, market: market.value, orderId, before, limit });
      const nextCursor = found.length === limit ? found.at(-1)!.id : null;
      return answer(200, { success: true as const, fills: found.map(fillView), next_cursor: nextCursor });
    },
  });
}

function marketOf(
  exchange: Exchange,
  text: string | undefined,
): Result<MarketCode | undefined, { readonly code: "UNKNOWN_MARKET" }> {
  if (text === undefined) return accept(undefined);
  const market = exchange.findMarket(text);
  return market === undefined ? refuse({ code: "UNKNOWN_MARKET" }) : accept(market.code);
}
