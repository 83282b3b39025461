import { type Amount, formatAmount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import { formatInstant } from "@assay/primitives/instant";
import type { z } from "zod";
import { findMarket, formatPrice, formatQuantity, type Market, type MarketCode } from "../../markets/markets.ts";
import type { Fill, Order } from "../../orders/order.ts";
import type { fillSchema, orderSchema } from "../schema/orders.ts";

export function orderView(order: Order): z.input<typeof orderSchema> {
  const market = marketOf(order.market);
  const { options } = order;
  return {
    order_id: order.id,
    client_order_id: order.clientOrderId ?? null,
    market: order.market,
    side: order.side,
    type: options.orderType,
    time_in_force: options.timeInForce,
    post_only: options.postOnly,
    self_trade_prevention: options.stp,
    price: order.priceTicks === undefined ? null : formatPrice(market, order.priceTicks),
    stop_price: options.stopPriceTicks === 0 ? null : formatPrice(market, options.stopPriceTicks),
    quantity: formatQuantity(market, order.quantityLots),
    quote_quantity: options.budget === 0n ? null : quoteText(market, options.budget),
    prevented: formatQuantity(market, order.preventedLots),
    filled: formatQuantity(market, order.quantityLots - order.remainingLots),
    remaining: formatQuantity(market, order.remainingLots),
    filled_value: quoteText(market, order.filledNotional),
    fee: quoteText(market, order.feeCharged),
    fee_asset: market.quote.code,
    status: order.status,
    created_at: formatInstant(order.createdAt),
    updated_at: formatInstant(order.updatedAt),
  };
}

export function fillView(fill: Omit<Fill, "id">): z.input<typeof fillSchema> {
  const market = marketOf(fill.market);
  return {
    trade_id: `${fill.market}-${fill.tradeNumber}`,
    order_id: fill.orderId,
    market: fill.market,
    side: fill.side,
    price: formatPrice(market, fill.priceTicks),
    quantity: formatQuantity(market, fill.quantityLots),
    value: quoteText(market, fill.notional),
    fee: quoteText(market, fill.fee),
    fee_asset: market.quote.code,
    liquidity: fill.liquidity,
    timestamp: formatInstant(fill.at),
  };
}

function marketOf(code: MarketCode): Market {
  const market = findMarket(code);
  assert(market !== undefined, `${code} is listed`);
  return market;
}

function quoteText(market: Market, units: bigint): string {
  return formatAmount(units as Amount, market.quote.decimals);
}
