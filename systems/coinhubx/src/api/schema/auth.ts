import { z } from "zod";

/** Text of one line as people type it. */
const line = (max: number) => z.string().min(1).max(max);
const password = z.string().min(1).max(256);
/** Six digits, or one of the recovery codes. */
export const totpCodeSchema = z
  .string()
  .regex(/^(\d{6}|[0-9a-f]{4}(-[0-9a-f]{4}){4})$/, "six digits or a recovery code");

export const registerInputSchema = z.strictObject({
  email: line(254),
  password,
  /** `cookie` (default) for browsers, `bearer` for programs, which then get `session_token`. */
  transport: z.enum(["cookie", "bearer"]).default("cookie"),
});

export const loginInputSchema = registerInputSchema.extend({ totp_code: totpCodeSchema.optional() });

export const customerSchema = z.strictObject({
  user_id: z.string(),
  email: z.string(),
  totp_enabled: z.boolean(),
  level: z.enum(["basic", "verified"]),
  restricted: z.boolean(),
  withdrawals_held_until: z.string().nullable(),
  created_at: z.string(),
});

export const signedInSchema = z.strictObject({
  success: z.literal(true),
  ...customerSchema.shape,
  session_expires_at: z.string(),
  /** Only with transport `bearer`, and only in this answer. */
  session_token: z.string().optional(),
});

export const passwordInputSchema = z.strictObject({
  password,
  new_password: password,
  totp_code: totpCodeSchema.optional(),
});

export const totpSetupInputSchema = z.strictObject({
  /** Asked for when the sign-in is more than 15 minutes old. */
  password: password.optional(),
});
export const totpSetupSchema = z.strictObject({ secret: z.string(), uri: z.string() });
export const totpConfirmInputSchema = z.strictObject({ code: z.string().regex(/^\d{6}$/, "six digits") });
export const totpConfirmSchema = z.strictObject({ success: z.literal(true), recovery_codes: z.array(z.string()) });
export const totpDisableInputSchema = z.strictObject({ password, totp_code: totpCodeSchema });

export const successSchema = z.strictObject({ success: z.literal(true) });
export const emptyInputSchema = z.strictObject({});
