import { z } from "zod";
import { totpCodeSchema } from "./auth.ts";
import { lineSchema } from "./text.ts";

export const scopeSchema = z.enum(["read", "trade", "withdraw"]);

export const apiKeySchema = z.strictObject({
  key_id: z.string(),
  name: z.string(),
  scopes: z.array(scopeSchema),
  allowed_networks: z.array(z.string()),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().nullable(),
});

export const apiKeysSchema = z.strictObject({ success: z.literal(true), api_keys: z.array(apiKeySchema) });

export const createApiKeyInputSchema = z.strictObject({
  name: lineSchema(64).trim().min(1),
  scopes: z.array(scopeSchema).min(1).max(3),
  allowed_networks: z.array(lineSchema(64)).max(20).default([]),
  expires_in_days: z.int().min(1).max(365).default(365),
  totp_code: totpCodeSchema.optional(),
});

/** `api_key` is shown in this answer and never again. */
export const createdApiKeySchema = apiKeySchema.extend({ success: z.literal(true), api_key: z.string() });

export const deleteApiKeyInputSchema = z.strictObject({ totp_code: totpCodeSchema.optional() });
