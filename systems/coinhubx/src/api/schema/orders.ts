import { z } from "zod";
import { lineSchema } from "./text.ts";

/** A decimal: prices and money in quote coins, quantities in base coins. */
const decimalSchema = z.string();
const sideSchema = z.enum(["buy", "sell"]);

export const orderStatusSchema = z.enum([
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
  type: z.literal("limit").default("limit"),
  time_in_force: z.literal("gtc").default("gtc"),
  price: z.string().max(80),
  quantity: z.string().max(80),
  /** Repeating a request with the same id gives its first answer again. Without one, send `Idempotency-Key`. */
  client_order_id: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/)
    .optional(),
});

const orderFields = {
  order_id: z.string(),
  client_order_id: z.string().nullable(),
  market: z.string(),
  side: sideSchema,
  type: z.literal("limit"),
  time_in_force: z.literal("gtc"),
  price: decimalSchema,
  quantity: decimalSchema,
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
