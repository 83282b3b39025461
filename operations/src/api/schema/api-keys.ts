import { z } from "zod";
import { idParams, timeSchema } from "./identity.ts";
import { stepUpProofSchema, totpSchema } from "./step-up.ts";

export { idParams };

/** What a machine's key may do. */
export const scopeSchema = z.enum([
  "alerts:write",
  "heartbeats:write",
  "read:alerts",
  "read:incidents",
  "read:systems",
]);

export const apiKeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** How the key begins; the rest was shown once. */
  prefix: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: timeSchema,
  createdBy: z.strictObject({ id: z.string(), name: z.string() }),
  expiresAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
  state: z.enum(["active", "expired", "revoked"]),
});
export type ApiKeyView = z.infer<typeof apiKeySchema>;
export const apiKeysSchema = z.strictObject({ keys: z.array(apiKeySchema) });

export const createApiKeyBody = z.strictObject({
  name: z.string().trim().min(1).max(60),
  scopes: z.array(scopeSchema).min(1).max(scopeSchema.options.length),
  /** In at most a year; there is no key without an end. */
  expiresAt: timeSchema,
  totp: totpSchema.optional(),
  stepUp: stepUpProofSchema.optional(),
});

/** `key` is in this answer only. */
export const createdApiKeySchema = z.strictObject({ apiKey: apiKeySchema, key: z.string() });
