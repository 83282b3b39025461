import { z } from "zod";
import { decimalSchema } from "./balances.ts";
import { lineSchema } from "./text.ts";

export const ledgerAccountSchema = z.strictObject({
  account_id: z.string(),
  owner: z.string(),
  code: z.string(),
  asset: z.string(),
  closed: z.boolean(),
  version: z.int(),
  debits_pending: decimalSchema,
  debits_posted: decimalSchema,
  credits_pending: decimalSchema,
  credits_posted: decimalSchema,
  /** Credits posted less debits posted, in smallest units; negative where debits are ahead. */
  balance_units: z.string(),
});

export const ledgerBalanceQuerySchema = z.strictObject({
  at: z.iso.datetime({ offset: true }).optional(),
  view: z.enum(["effective", "recorded"]).default("effective"),
});

export const ledgerTransfersQuerySchema = z.strictObject({
  /** `owner/code/asset` or an account's number. */
  account: lineSchema(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.coerce.number().int().min(1).optional(),
});

export const ledgerTransferSchema = z.strictObject({
  sequence: z.int(),
  transfer_id: z.string(),
  kind: z.string(),
  code: z.string(),
  debit: z.string(),
  credit: z.string(),
  asset: z.string(),
  amount: decimalSchema,
  amount_units: z.string(),
  correlation_id: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  effective_at: z.string(),
  recorded_at: z.string(),
});

export const ledgerTransfersSchema = z.strictObject({
  success: z.literal(true),
  transfers: z.array(ledgerTransferSchema),
  next_cursor: z.int().nullable(),
});

export const ledgerSumsSchema = z.strictObject({
  success: z.literal(true),
  sums: z.array(
    z.strictObject({
      asset: z.string(),
      code: z.string(),
      accounts: z.int(),
      balance: decimalSchema,
      balance_units: z.string(),
    }),
  ),
});

export const usersQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: lineSchema(64).optional(),
  email: lineSchema(254).optional(),
});
export const usersSchema = z.strictObject({
  success: z.literal(true),
  users: z.array(
    z.strictObject({
      user_id: z.string(),
      email: z.string(),
      level: z.enum(["basic", "verified"]),
      restricted: z.boolean(),
      created_at: z.string(),
    }),
  ),
});
