import { z } from "zod";

/** A decimal: prices in quote coins for one base coin, quantities in base coins. */
const decimalSchema = z.string();
const sideSchema = z.enum(["buy", "sell"]);

export const marketSchema = z.strictObject({
  market: z.string(),
  base: z.string(),
  quote: z.string(),
  /** Prices are multiples of it. */
  tick: decimalSchema,
  /** Quantities are multiples of it. */
  lot: decimalSchema,
  min_notional: decimalSchema,
  max_quantity: decimalSchema,
  maker_fee_bps: z.int(),
  taker_fee_bps: z.int(),
  /** `cancel_only` also stands for a market whose trading is switched off. */
  state: z.enum(["open", "post_only", "cancel_only", "closed"]),
});

export const marketsSchema = z.strictObject({ success: z.literal(true), markets: z.array(marketSchema) });

/** The best levels of each side, best first, as `[price, quantity]`. `seq` grows by one with each change of the book. */
export const bookSchema = z.strictObject({
  market: z.string(),
  seq: z.int(),
  bids: z.array(z.tuple([decimalSchema, decimalSchema])),
  asks: z.array(z.tuple([decimalSchema, decimalSchema])),
});

export const publicTradeSchema = z.strictObject({
  /** `ETH-USDT-17`: the market and the trade's number in it, which has no gaps. */
  trade_id: z.string(),
  seq: z.int(),
  price: decimalSchema,
  quantity: decimalSchema,
  taker_side: sideSchema,
  timestamp: z.string(),
});

export const publicTradesSchema = z.strictObject({
  success: z.literal(true),
  market: z.string(),
  trades: z.array(publicTradeSchema),
  next_cursor: z.int().nullable(),
});

/** The last 24 hours; prices are null when nothing traded. */
export const tickerSchema = z.strictObject({
  market: z.string(),
  last: decimalSchema.nullable(),
  open: decimalSchema.nullable(),
  high: decimalSchema.nullable(),
  low: decimalSchema.nullable(),
  volume: decimalSchema,
  quote_volume: decimalSchema,
  trades: z.int(),
  best_bid: decimalSchema.nullable(),
  best_ask: decimalSchema.nullable(),
  timestamp: z.string(),
});

export const marketParamsSchema = z.strictObject({ market: z.string().max(30) });
export const bookQuerySchema = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) });
export const publicTradesQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** The `next_cursor` of the page before. */
  cursor: z.coerce.number().int().min(1).optional(),
});

/** The events of `/api/markets/{market}/stream` and their data. A `book` replaces the one before. */
export const marketStreamSchemas = { book: bookSchema, trade: publicTradeSchema } as const;
