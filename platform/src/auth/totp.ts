import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { Secret as OtpSecret, TOTP } from "otpauth";
import type { Random } from "../random/random.ts";

const STEP_MS = 30_000;
const DIGITS = 6;
const SECRET_BYTES = 20;
/** Clocks of people's phones may be one step off (RFC 6238 §5.2). */
const STEPS_OFF = 1;

/** A new shared secret: 160 bits in base 32 (RFC 4226 §4). */
export function newTotpSecret(random: Random): string {
  return new OtpSecret({ buffer: new Uint8Array(random.bytes(SECRET_BYTES)).buffer }).base32;
}

/** The `otpauth://` address that an authenticator application reads. */
export function totpUri(options: {
  readonly issuer: string;
  readonly account: string;
  readonly secret: string;
}): string {
  const { issuer, account, secret } = options;
  return totpOf(secret, { issuer, label: account }).toString();
}

/** The code of the step that `now` is in: what the phone shows. */
export function totpCode(secret: string, now: Instant): string {
  return totpOf(secret).generate({ timestamp: now });
}

/**
 * Accepts a code of this step or one next to it, once: keep the `step` it returns, and give it as `lastUsedStep` from
 * then on. Keep it with a compare-and-set, because two requests may bring the same code at the same time.
 */
export function verifyTotp(options: {
  readonly secret: string;
  readonly code: string;
  readonly now: Instant;
  readonly lastUsedStep: number | undefined;
}): Result<{ readonly step: number }, { readonly code: "BAD_TOTP" }> {
  const { secret, code, now, lastUsedStep = Number.NEGATIVE_INFINITY } = options;
  const delta = /^\d{6}$/.test(code)
    ? totpOf(secret).validate({ token: code, timestamp: now, window: STEPS_OFF })
    : null;
  if (delta === null) return refuse({ code: "BAD_TOTP" });
  const step = Math.floor(now / STEP_MS) + delta;
  return step > lastUsedStep ? accept({ step }) : refuse({ code: "BAD_TOTP" });
}

function totpOf(secret: string, names: { readonly issuer?: string; readonly label?: string } = {}): TOTP {
  const period = STEP_MS / 1_000;
  return new TOTP({ ...names, secret: OtpSecret.fromBase32(secret), algorithm: "SHA1", digits: DIGITS, period });
}
