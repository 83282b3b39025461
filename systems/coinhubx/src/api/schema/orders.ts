import { z } from "zod";
import { lineSchema } from "./text.ts";

/** A decimal: prices and money in quote coins, quantities in base coins. */
const decimalSchema = z.string();
const sideSchema = z.enum(["buy", "sell"]);

export const orderTypeSchema = z.enum(["limit", "market", "stop", "stop_limit"]);
export const timeInForceSchema = z.enum(["gtc", "ioc", "fok"]);
export const selfTradePreventionSchema = z.enum(["none", "expire_taker", "expire_maker", "expire_both", "decrement"]);

export const orderStatusSchema = z.enum([
  "pending_trigger",
  "new",
  "partially_filled",
  "filled",
  "canceled",
  "rejected",
  "expired",
  "expired_in_match",
]);

export const newOrderSchema = z.strictObject({
  market: z.string().max(30),
  side: sideSchema,
  type: orderTypeSchema.default("limit"),
  /** Left out: `gtc` for an order with a limit, `ioc` for one without. */
  time_in_force: timeInForceSchema.optional(),
  /** For `limit` and `stop_limit`. */
  price: z.string().max(80).optional(),
  /** For `stop` and `stop_limit`: a buy waits for a last price at or above it, a sell for one at or below. */
  stop_price: z.string().max(80).optional(),
  quantity: z.string().max(80).optional(),
  /** For a market buy instead of `quantity`: what to spend, fee included. */
  quote_quantity: z.string().max(80).optional(),
  /** Never takes; for a `limit` that is `gtc`. */
  post_only: z.boolean().default(false),
  /** What happens when the order meets one of the same customer. */
  self_trade_prevention: selfTradePreventionSchema.default("expire_taker"),
  /** Repeating a request with the same id gives its first answer again. Without one, send `Idempotency-Key`. */
  client_order_id: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/)
    .optional(),
});

/** What is left out stays. `quantity` is the whole order, with what is filled. */
export const amendOrderSchema = z
  .strictObject({ price: z.string().max(80).optional(), quantity: z.string().max(80).optional() })
  .refine(({ price, quantity }) => price !== undefined || quantity !== undefined, "names a price or a quantity");

const orderFields = {
  order_id: z.string(),
  client_order_id: z.string().nullable(),
  market: z.string(),
  side: sideSchema,
  type: orderTypeSchema,
  time_in_force: timeInForceSchema,
  post_only: z.boolean(),
  self_trade_prevention: selfTradePreventionSchema,
  /** Null for an order without a limit. */
  price: decimalSchema.nullable(),
  stop_price: decimalSchema.nullable(),
  /** For a market buy with a budget: the most that it could have bought. */
  quantity: decimalSchema,
  quote_quantity: decimalSchema.nullable(),
  /** What self-trade prevention took away; `quantity` is without it. */
  prevented: decimalSchema,
  filled: decimalSchema,
  remaining: decimalSchema,
  /** What its fills cost or brought, before fees. */
  filled_value: decimalSchema,
  fee: decimalSchema,
  fee_asset: z.string(),
  status: orderStatusSchema,
  created_at: z.string(),
  updated_at: z.string(),
};

export const orderSchema = z.strictObject(orderFields);

export const fillSchema = z.strictObject({
  trade_id: z.string(),
  order_id: z.string(),
  market: z.string(),
  side: sideSchema,
  price: decimalSchema,
  quantity: decimalSchema,
  value: decimalSchema,
  fee: decimalSchema,
  fee_asset: z.string(),
  liquidity: z.enum(["maker", "taker"]),
  timestamp: z.string(),
});

/** The order after its own trades, and those trades. */
export const placedOrderSchema = z.strictObject({
  success: z.literal(true),
  ...orderFields,
  fills: z.array(fillSchema),
});
export const orderAnswerSchema = z.strictObject({ success: z.literal(true), ...orderFields });

export const ordersQuerySchema = z.strictObject({
  market: z.string().max(30).optional(),
  status: z.enum(["open", "all"]).default("all"),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** The `next_cursor` of the page before. */
  cursor: lineSchema(64).optional(),
});

export const ordersSchema = z.strictObject({
  success: z.literal(true),
  orders: z.array(orderSchema),
  next_cursor: z.string().nullable(),
});

export const orderParamsSchema = z.strictObject({ id: lineSchema(64) });

export const cancelAllQuerySchema = z.strictObject({ market: z.string().max(30).optional() });
export const canceledOrdersSchema = z.strictObject({
  success: z.literal(true),
  canceled: z.array(z.string()),
});

export const fillsQuerySchema = z.strictObject({
  market: z.string().max(30).optional(),
  order_id: lineSchema(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.coerce.number().int().min(1).optional(),
});

export const fillsSchema = z.strictObject({
  success: z.literal(true),
  fills: z.array(fillSchema),
  next_cursor: z.int().nullable(),
});
