import { hashOpaqueToken, newOpaqueToken } from "@assay/platform/auth/opaque-token";
import { hashPassword, verifyPassword } from "@assay/platform/auth/password";
import type { Seal } from "@assay/platform/auth/seal";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { readFlagsForShare } from "../feature-flags/flag-store.ts";
import type { FlagRefusal } from "../feature-flags/flag-values.ts";
import { RATE_LIMITS, type RateLimit, type RateLimited } from "../rate-limits/rate-limit.ts";
import type { RateLimiter } from "../rate-limits/rate-limiter.ts";
import { type Customer, type CustomerId, checkPassword, type PasswordRefusal, parseEmail } from "./customer.ts";
import { type CustomerRecord, findCustomerByEmail, insertCustomer, lockCustomer } from "./customer-store.ts";
import { proveSecondFactor } from "./second-factor.ts";
import { endSession, insertSession, type Session, type SessionOwner, useSession } from "./session-store.ts";

export const SESSION_PREFIX = "chs";

export interface SignedIn {
  readonly customer: Customer;
  readonly session: Session;
  /** Shown once; only its hash is kept. */
  readonly token: string;
}

export type SignInRefusal = { readonly code: "BAD_CREDENTIALS" | "TOTP_REQUIRED" } | RateLimited;
export type RegisterRefusal =
  | { readonly code: "EMAIL_TAKEN" | "NOT_AN_EMAIL" }
  | PasswordRefusal
  | FlagRefusal
  | RateLimited;

export interface SignIn {
  register(input: Credentials): Promise<Result<SignedIn, RegisterRefusal>>;
  signIn(input: Credentials & { totp?: string | undefined }): Promise<Result<SignedIn, SignInRefusal>>;
  signOut(sessionId: string): Promise<void>;
  /** The owner of a session's token, or undefined when there is no such session any more. */
  authenticate(token: string): Promise<SessionOwner | undefined>;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The socket's peer, or what a trusted proxy says. */
  readonly remoteAddress: string;
}

export interface SignInOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly limiter: RateLimiter;
  readonly registerLimit: RateLimit;
  readonly seal: Seal;
}

export function createSignIn(options: SignInOptions): SignIn {
  return {
    register: (input) => register(options, input),
    signIn: (input) => signIn(options, input),
    signOut: (sessionId) => endSession(options.database, sessionId),
    authenticate: (token) => useSession(options.database, hashOpaqueToken(token), options.clock.now()),
  };
}

async function register(options: SignInOptions, input: Credentials): Promise<Result<SignedIn, RegisterRefusal>> {
  const { database, clock, random, limiter, registerLimit } = options;
  const email = parseEmail(input.email);
  if (!email.ok) return email;
  const acceptable = checkPassword(input.password);
  if (!acceptable.ok) return acceptable;
  const permitted = await limiter.take(registerLimit, input.remoteAddress);
  if (!permitted.ok) return permitted;
  const passwordHash = await hashPassword(input.password);
  return await database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkSignups();
    if (!open.ok) return open;
    const id = newId<CustomerId>("cus", clock.now(), random);
    const added = await insertCustomer(transaction, { id, email: email.value, passwordHash, now: clock.now() });
    if (!added) return refuse({ code: "EMAIL_TAKEN" });
    const customer = await lockCustomer(transaction, id);
    return accept(await openSession(options, transaction, { customer: customer!, remoteAddress: input.remoteAddress }));
  });
}

// Compared with when no such customer exists, so that the answer takes as long.
let decoy: Promise<string> | undefined;

function decoyHash(): Promise<string> {
  decoy ??= hashPassword("no customer has this password");
  return decoy;
}

async function signIn(
  options: SignInOptions,
  input: Credentials & { totp?: string | undefined },
): Promise<Result<SignedIn, SignInRefusal>> {
  const { database, clock, limiter, seal } = options;
  // What is no address belongs to nobody; it is counted and answered like a wrong one.
  const parsed = parseEmail(input.email);
  const email = parsed.ok ? parsed.value : "";
  for (const [limit, key] of [
    [RATE_LIMITS.loginAddress, input.remoteAddress],
    [RATE_LIMITS.loginAccount, email],
  ] as const) {
    const permitted = await limiter.take(limit, key);
    if (!permitted.ok) return permitted;
  }
  const found = await findCustomerByEmail(database, email);
  const matches = await verifyPassword(input.password, found?.passwordHash ?? (await decoyHash()));
  if (found === undefined || !matches) return refuse({ code: "BAD_CREDENTIALS" });
  const signedIn = await database.transaction(async (transaction): Promise<Result<SignedIn, SignInRefusal>> => {
    const customer = await lockCustomer(transaction, found.id);
    if (customer?.passwordHash !== found.passwordHash) return refuse({ code: "BAD_CREDENTIALS" });
    const proven = await proveSecondFactor(transaction, customer, { code: input.totp, now: clock.now(), seal });
    if (!proven.ok) return refuse({ code: proven.refusal.code === "BAD_TOTP" ? "BAD_CREDENTIALS" : "TOTP_REQUIRED" });
    return accept(await openSession(options, transaction, { customer, remoteAddress: input.remoteAddress }));
  });
  if (signedIn.ok) await limiter.forget(RATE_LIMITS.loginAccount, email);
  return signedIn;
}

async function openSession(
  { clock, random }: SignInOptions,
  transaction: Sql,
  { customer, remoteAddress }: { customer: CustomerRecord; remoteAddress: string },
): Promise<SignedIn> {
  const { token, tokenHash } = newOpaqueToken(random, SESSION_PREFIX);
  const now = clock.now();
  const id = newId<string>("ses", now, random);
  const session = await insertSession(transaction, { id, tokenHash, customerId: customer.id, now, remoteAddress });
  return { customer, session, token };
}
