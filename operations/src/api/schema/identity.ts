import { z } from "zod";
import { roleSchema } from "../../manifest/manifest.ts";
import { stepUpProofSchema, totpSchema } from "./step-up.ts";

export { totpSchema };

/** RFC 3339 in UTC. */
export const timeSchema = z.iso.datetime();

export const emailSchema = z.email().max(254);
const nameSchema = z.string().trim().min(1).max(100);
/** Of a new password: 12 to 256 characters, nothing else is asked for. */
export const newPasswordSchema = z.string().min(12).max(256);
const passwordSchema = z.string().min(1).max(256);
const oneTimeCodeSchema = z.string().trim().min(8).max(64);

export const bootstrapBody = z.strictObject({
  code: oneTimeCodeSchema,
  email: emailSchema,
  name: nameSchema,
  password: newPasswordSchema,
});

export const signInBody = z.strictObject({
  email: z.string().max(254),
  password: passwordSchema,
  totp: totpSchema.optional(),
  /** `cookie` (default) for browsers; `bearer` returns the token in the answer, for the command line. */
  transport: z.enum(["cookie", "bearer"]).default("cookie"),
});

/** Who is signed in, as they see themselves. */
export const ownPersonSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(roleSchema),
  /** Whether a second factor is set up; without one, nothing can be signed. */
  totp: z.boolean(),
  /** How many passkeys are registered. */
  passkeys: z.int(),
});

export const sessionSchema = z.strictObject({
  person: ownPersonSchema,
  session: z.strictObject({
    id: z.string(),
    expiresAt: timeSchema,
    /** When a second factor was last proved in this session. */
    steppedUpAt: timeSchema.nullable(),
  }),
});

/** As {@link sessionSchema}; `token` only for `transport: bearer`. */
export const signedInSchema = sessionSchema.extend({ token: z.string().optional() });

export const sessionListSchema = z.strictObject({
  sessions: z.array(
    z.strictObject({
      id: z.string(),
      transport: z.enum(["cookie", "bearer"]),
      createdAt: timeSchema,
      lastSeenAt: timeSchema,
      expiresAt: timeSchema,
      address: z.string(),
      userAgent: z.string(),
      /** Whether it is the one that asks. */
      current: z.boolean(),
    }),
  ),
});

export const endedSessionsSchema = z.strictObject({ ended: z.int() });

export const totpSetupSchema = z.strictObject({
  /** Base 32. */
  secret: z.string(),
  /** `otpauth://totp/…` */
  uri: z.string(),
});
export const totpConfirmBody = z.strictObject({ code: totpSchema });
/** A code, or any proof. */
export const stepUpBody = z.union([
  z.strictObject({ totp: totpSchema }),
  z.strictObject({ stepUp: stepUpProofSchema }),
]);
export const changePasswordBody = z.strictObject({ current: passwordSchema, password: newPasswordSchema });

export const personSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(roleSchema),
  state: z.enum(["invited", "active", "removed"]),
  /** Whether an authenticator or a passkey is set up; without one, nothing can be signed. */
  secondFactor: z.boolean(),
  /** Who let them in; null for the first person. */
  invitedBy: z.string().nullable(),
  createdAt: timeSchema,
  removedAt: timeSchema.nullable(),
});
/** What ends when somebody is removed, for whoever is about to do it. */
export const heldSchema = z.strictObject({
  sessions: z.int(),
  passkeys: z.int(),
  /** Machines that use a key which they made. */
  apiKeys: z.array(z.string()),
  linked: z.boolean(),
});
export const peopleSchema = z.strictObject({ people: z.array(personSchema) });

const rolesSchema = z.array(roleSchema).min(1).max(6);
/** A fresh code or proof, when the session's own step-up is older than five minutes. */
const freshTotp = { totp: totpSchema.optional(), stepUp: stepUpProofSchema.optional() };
export const addPersonBody = z.strictObject({ email: emailSchema, name: nameSchema, roles: rolesSchema, ...freshTotp });
export const changeRolesBody = z.strictObject({ roles: rolesSchema, ...freshTotp });
export const freshTotpBody = z.strictObject(freshTotp);

/** The code is shown once: the new person enrols with it and chooses a password. */
export const addedPersonSchema = z.strictObject({
  person: personSchema,
  enrolmentCode: z.string(),
  expiresAt: timeSchema,
});
export const enrolBody = z.strictObject({ code: oneTimeCodeSchema, password: newPasswordSchema });

export const tokenBody = z.strictObject({ audience: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/) });
export const tokenSchema = z.strictObject({ token: z.string(), expiresAt: timeSchema });

/** Access tokens of an earlier epoch are no longer good: systems fetch this each two seconds. */
export const revocationsSchema = z.strictObject({
  people: z.array(z.strictObject({ sub: z.string(), epoch: z.int() })),
});

export const jwksSchema = z.strictObject({ keys: z.array(z.record(z.string(), z.string())) });

export const serviceKeysSchema = z.strictObject({ services: z.array(z.strictObject({ name: z.string() })) });

export const idParams = z.strictObject({ id: z.string().min(1).max(64) });
export const doneSchema = z.strictObject({ done: z.literal(true) });
