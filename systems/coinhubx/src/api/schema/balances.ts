import { z } from "zod";

/** A decimal in the asset's own unit: `"1.5"`. */
export const decimalSchema = z.string();

export const balancesSchema = z.strictObject({
  success: z.literal(true),
  balances: z.array(
    z.strictObject({
      asset: z.string(),
      total: decimalSchema,
      available: decimalSchema,
      in_orders: decimalSchema,
      on_hold: decimalSchema,
    }),
  ),
});

export const transactionsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** The `next_cursor` of the page before. */
  cursor: z.coerce.number().int().min(1).optional(),
});

export const transactionsSchema = z.strictObject({
  success: z.literal(true),
  transactions: z.array(
    z.strictObject({
      position: z.int(),
      timestamp: z.string(),
      type: z.string(),
      asset: z.string(),
      amount: decimalSchema,
      direction: z.enum(["credit", "debit"]),
      /** What was available after it. */
      balance_after: decimalSchema,
      reference: z.string(),
    }),
  ),
  next_cursor: z.int().nullable(),
});

export const limitsSchema = z.strictObject({
  success: z.literal(true),
  level: z.enum(["basic", "verified"]),
  limits: z.array(
    z.strictObject({
      asset: z.string(),
      minimum_withdrawal: decimalSchema,
      withdrawal_fee: decimalSchema,
      per_transaction: decimalSchema,
      windows: z.array(
        z.strictObject({
          window: z.enum(["1h", "24h", "7d", "30d"]),
          limit: decimalSchema,
          used: decimalSchema,
          available: decimalSchema,
        }),
      ),
    }),
  ),
});

export const faucetInputSchema = z.strictObject({ asset: z.string().max(12), amount: z.string().max(80) });
export const faucetSchema = z.strictObject({
  success: z.literal(true),
  asset: z.string(),
  amount: decimalSchema,
  journal_position: z.int(),
});
