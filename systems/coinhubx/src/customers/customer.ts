import type { Brand } from "@assay/primitives/brand";
import { DAY_MS, HOUR_MS, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";

/** `cus_…`; also the owner of the customer's ledger accounts. */
export type CustomerId = Brand<string, "CustomerId">;

export interface Customer {
  readonly id: CustomerId;
  readonly email: string;
  /** Set by compliance; lifts the velocity limits from 10 % to 100 %. */
  readonly verified: boolean;
  /** May read and cancel, nothing else. */
  readonly restricted: boolean;
  readonly hasTotp: boolean;
  readonly withdrawalsHeldUntil: Instant | undefined;
  readonly createdAt: Instant;
}

export const SESSION_IDLE_MS = HOUR_MS;
export const SESSION_LIFETIME_MS = 30 * DAY_MS;
/** After a change of what proves the customer, money does not leave for this long. */
export const SECURITY_HOLD_MS = DAY_MS;
export const RECOVERY_CODES = 10;
export const SHORTEST_PASSWORD = 12;
/** Argon2id takes any length; this bounds the work of one attempt. */
export const LONGEST_PASSWORD = 256;

const EMAIL = /^[^\s@\p{Cc}\p{Cs}]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,188}[a-z0-9])?\.[a-z]{2,}$/u;

/** Trimmed and in lower case, so that one mailbox is one customer. */
export function parseEmail(text: string): Result<string, { code: "NOT_AN_EMAIL" }> {
  const email = text.trim().toLowerCase();
  return EMAIL.test(email) ? accept(email) : refuse({ code: "NOT_AN_EMAIL" });
}

export type PasswordRefusal = { readonly code: "PASSWORD_TOO_SHORT" } | { readonly code: "PASSWORD_TOO_LONG" };

export function checkPassword(password: string): Result<void, PasswordRefusal> {
  if ([...password].length < SHORTEST_PASSWORD) return refuse({ code: "PASSWORD_TOO_SHORT" });
  return password.length > LONGEST_PASSWORD ? refuse({ code: "PASSWORD_TOO_LONG" }) : accept(undefined);
}
