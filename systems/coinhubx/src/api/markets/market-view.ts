import { type Amount, formatAmount } from "@assay/primitives/amount";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { z } from "zod";
import { formatPrice, formatQuantity, type Market, type MarketState } from "../../markets/markets.ts";
import type { LevelChanges } from "../../orders/depth.ts";
import type { Ticker } from "../../orders/exchange.ts";
import type { PublicTrade } from "../../orders/market-feed.ts";
import type { bookSchema, marketSchema, publicTradeSchema, tickerSchema } from "../schema/markets.ts";

export function marketView(market: Market, state: MarketState): z.input<typeof marketSchema> {
  return {
    market: market.code,
    base: market.base.code,
    quote: market.quote.code,
    tick: formatPrice(market, 1),
    lot: formatQuantity(market, 1),
    min_notional: formatAmount(market.minimumNotional, market.quote.decimals),
    max_quantity: formatQuantity(market, market.maximumOrderLots),
    maker_fee_bps: market.makerFeeBps,
    taker_fee_bps: market.takerFeeBps,
    state,
  };
}

export function bookView(market: Market, { seq, bids, asks }: LevelChanges): z.input<typeof bookSchema> {
  const level = ([priceTicks, lots]: readonly [number, number]): [string, string] => [
    formatPrice(market, priceTicks),
    formatQuantity(market, lots),
  ];
  return { market: market.code, seq, bids: bids.map(level), asks: asks.map(level) };
}

export function tradeView(market: Market, trade: PublicTrade): z.input<typeof publicTradeSchema> {
  return {
    trade_id: `${market.code}-${trade.number}`,
    seq: trade.number,
    price: formatPrice(market, trade.priceTicks),
    quantity: formatQuantity(market, trade.lots),
    taker_side: trade.takerSide,
    timestamp: formatInstant(trade.at),
  };
}

export function tickerView(market: Market, ticker: Ticker, now: Instant): z.input<typeof tickerSchema> {
  const price = (ticks: number | undefined) => (ticks === undefined ? null : formatPrice(market, ticks));
  return {
    market: market.code,
    last: price(ticker.lastTicks),
    open: price(ticker.openTicks),
    high: price(ticker.highTicks),
    low: price(ticker.lowTicks),
    volume: formatAmount((ticker.lots * market.lot) as Amount, market.base.decimals),
    quote_volume: formatAmount(ticker.notional as Amount, market.quote.decimals),
    trades: ticker.trades,
    best_bid: price(ticker.bestBidTicks),
    best_ask: price(ticker.bestAskTicks),
    timestamp: formatInstant(now),
  };
}
