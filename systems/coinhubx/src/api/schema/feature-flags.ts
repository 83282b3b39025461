import { z } from "zod";
import { textSchema } from "./text.ts";

export const flagSchema = z.strictObject({
  flag_name: z.string(),
  enabled: z.boolean(),
  updated_by: z.string(),
  updated_at: z.string(),
  reason: z.string(),
});

export const flagsSchema = z.strictObject({
  success: z.literal(true),
  flags: z.array(flagSchema),
  /** How old what this process acts on is; above a second it acts as if all were closed. */
  cache_age_ms: z.number(),
});

export const flagChangeInputSchema = z.strictObject({ reason: textSchema(500).default("") });

export const flagChangedSchema = z.strictObject({
  success: z.literal(true),
  /** `trading_enabled` */
  flag_name: z.string(),
  enabled: z.boolean(),
  before_value: z.boolean(),
  after_value: z.boolean(),
  updated_by: z.string(),
  reason: z.string(),
  in_flight: z.strictObject({ open_orders: z.int(), unsigned: z.int(), unconfirmed: z.int() }),
  correlation_id: z.string(),
  timestamp: z.string(),
});

export const approvalRequiredSchema = z.strictObject({
  success: z.literal(true),
  status: z.literal("approval_required"),
  approval_id: z.string(),
  code: z.string(),
  expires_at: z.string(),
});
