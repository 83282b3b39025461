import { z } from "zod";

/** What the authenticator shows. */
export const totpSchema = z.string().regex(/^\d{6}$/);

const base64urlSchema = z.string().regex(/^[A-Za-z0-9_-]*$/);
const credentialIdSchema = base64urlSchema.min(16).max(1_400);
const credentialMembers = {
  id: credentialIdSchema,
  rawId: credentialIdSchema,
  type: z.literal("public-key"),
  authenticatorAttachment: z.string().max(40).nullish(),
  clientExtensionResults: z.looseObject({}).default({}),
};

/** `AuthenticationResponseJSON` of WebAuthn level 3. */
export const assertionSchema = z.strictObject({
  ...credentialMembers,
  response: z.strictObject({
    clientDataJSON: base64urlSchema.max(4_000),
    authenticatorData: base64urlSchema.max(4_000),
    signature: base64urlSchema.max(4_000),
    userHandle: base64urlSchema.max(200).nullish(),
  }),
});

/** `RegistrationResponseJSON` of WebAuthn level 3; the members that only repeat the attestation are not looked at. */
export const registrationSchema = z.strictObject({
  ...credentialMembers,
  response: z.looseObject({
    clientDataJSON: base64urlSchema.max(4_000),
    attestationObject: base64urlSchema.max(16_000),
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});

export const challengeIdSchema = z.string().min(1).max(64);

/** Proof that the person is there now: a code, or a passkey's signature of a challenge that was asked for. */
export const stepUpProofSchema = z.union([
  z.strictObject({ totp: totpSchema }),
  z.strictObject({ passkey: assertionSchema, challengeId: challengeIdSchema }),
]);
export type StepUpProofView = z.infer<typeof stepUpProofSchema>;

/** What a passkey is to sign for: something a person does alone or asks for, or the approval with this digest. */
export const stepUpPurposeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("act") }),
  z.strictObject({ kind: z.literal("approval"), digest: z.string().regex(/^[0-9a-f]{64}$/) }),
]);
export type StepUpPurposeView = z.infer<typeof stepUpPurposeSchema>;
export const stepUpChallengeBody = z.strictObject({ purpose: stepUpPurposeSchema });

/**
 * For `navigator.credentials`: `PublicKeyCredentialRequestOptionsJSON`, or `…CreationOptionsJSON` when a passkey is made.
 * The browser reads the rest of it.
 */
export const passkeyAskSchema = z.strictObject({
  challengeId: z.string(),
  options: z.looseObject({ challenge: z.string() }),
});
export type PasskeyAskView = z.infer<typeof passkeyAskSchema>;
