import { z } from "zod";
import { timeSchema } from "./identity.ts";
import { assertionSchema, challengeIdSchema, registrationSchema, stepUpProofSchema, totpSchema } from "./step-up.ts";

export const passkeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Whether it is copied to other devices of its owner. */
  synced: z.boolean(),
  createdAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
});
export type PasskeyView = z.infer<typeof passkeySchema>;

export const passkeysSchema = z.strictObject({
  passkeys: z.array(passkeySchema),
  /** Where this site must be opened for passkeys to work; null when they cannot. */
  origin: z.string().nullable(),
});

/** Proof of what the person has already; a fresh session of the last five minutes needs none. */
export const passkeySetupBody = z.strictObject({ totp: totpSchema.optional(), stepUp: stepUpProofSchema.optional() });
export const addPasskeyBody = z.strictObject({
  challengeId: challengeIdSchema,
  name: z.string().trim().min(1).max(60),
  passkey: registrationSchema,
});

export const passkeySignInBody = z.strictObject({
  challengeId: challengeIdSchema,
  passkey: assertionSchema,
  transport: z.enum(["cookie", "bearer"]).default("cookie"),
});
