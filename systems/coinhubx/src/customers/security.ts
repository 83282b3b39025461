import { hashPassword, verifyPassword } from "@assay/platform/auth/password";
import type { Seal } from "@assay/platform/auth/seal";
import { newTotpSecret, totpUri, verifyTotp } from "@assay/platform/auth/totp";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { type Instant, MINUTE_MS } from "@assay/primitives/instant";
import { accept, type Refusal, type Refused, type Result, refuse } from "@assay/primitives/result";
import { appendAuditEntry } from "../audit/audit-outbox.ts";
import { readFlagsForShare } from "../feature-flags/flag-store.ts";
import type { MaintenanceRefusal } from "../feature-flags/flag-values.ts";
import { RATE_LIMITS, type RateLimit, type RateLimited } from "../rate-limits/rate-limit.ts";
import type { RateLimiter } from "../rate-limits/rate-limiter.ts";
import { type CustomerId, checkPassword, type PasswordRefusal } from "./customer.ts";
import {
  activateTotp,
  type CustomerRecord,
  findCustomer,
  holdWithdrawals,
  lockCustomer,
  removeTotp,
  replaceRecoveryCodes,
  setPasswordHash,
  setPendingTotpSecret,
} from "./customer-store.ts";
import { hashRecoveryCode, newRecoveryCodes, proveSecondFactor, type SecondFactorRefusal } from "./second-factor.ts";
import { endOtherSessions } from "./session-store.ts";

export interface SecurityOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly limiter: RateLimiter;
  /** Keeps TOTP secrets unreadable in the database. */
  readonly seal: Seal;
}

/** Who asks, from which session; that session alone survives a change. */
export interface SecurityCaller {
  readonly customerId: CustomerId;
  readonly sessionId: string;
  readonly signedInAt: Instant;
}

export type SecurityRefusal =
  | { readonly code: "BAD_CREDENTIALS" }
  | SecondFactorRefusal
  | RateLimited
  | MaintenanceRefusal;

/** Changes of what proves a customer. Each ends the other sessions and holds withdrawals for a day. */
export interface Security {
  changePassword(
    caller: SecurityCaller,
    input: { password: string; newPassword: string; totp?: string | undefined },
  ): Promise<Result<void, SecurityRefusal | PasswordRefusal>>;
  /**
   * A secret that does nothing until {@link confirmTotp} has seen a code of it. Asks for the password again unless the
   * sign-in is fresh.
   */
  setUpTotp(
    caller: SecurityCaller,
    input: { password?: string | undefined },
  ): Promise<
    Result<{ secret: string; uri: string }, SecurityRefusal | { readonly code: "TOTP_ACTIVE" | "PASSWORD_REQUIRED" }>
  >;
  confirmTotp(
    caller: SecurityCaller,
    input: { totp: string },
  ): Promise<Result<{ recoveryCodes: readonly string[] }, SecurityRefusal | { readonly code: "TOTP_NOT_SET_UP" }>>;
  disableTotp(
    caller: SecurityCaller,
    input: { password: string; totp: string },
  ): Promise<Result<void, SecurityRefusal | { readonly code: "TOTP_NOT_SET_UP" }>>;
}

const ISSUER = "CoinHubX";
/** Within this time of the sign-in the password has just been given. */
const FRESH_SIGN_IN_MS = 15 * MINUTE_MS;

export function createSecurity(options: SecurityOptions): Security {
  return {
    changePassword: (caller, input) =>
      throttled(options, { caller, limit: byPassword }, () => changePassword(options, caller, input)),
    setUpTotp: (caller, input) =>
      // Without a password nothing is proven that could take back failed guesses of one.
      input.password === undefined
        ? setUpTotp(options, caller, input)
        : throttled(options, { caller, limit: byPassword }, () => setUpTotp(options, caller, input)),
    confirmTotp: (caller, input) =>
      throttled(options, { caller, limit: byCode }, () => confirmTotp(options, caller, input)),
    disableTotp: (caller, input) =>
      throttled(options, { caller, limit: byPassword }, () => disableTotp(options, caller, input)),
  };
}

const byPassword = RATE_LIMITS.loginAccount;
const byCode = RATE_LIMITS.secondFactor;

/**
 * Counted like a sign-in: a stolen session must not become a place to guess a password or a code. Only the success of
 * what was guessed at takes the count back.
 */
async function throttled<R extends Result<unknown, Refusal>>(
  { limiter }: SecurityOptions,
  { caller, limit }: { readonly caller: SecurityCaller; readonly limit: RateLimit },
  work: () => Promise<R>,
): Promise<R | Refused<RateLimited>> {
  const permitted = await limiter.take(limit, caller.customerId);
  if (!permitted.ok) return permitted;
  const result = await work();
  if (result.ok) await limiter.forget(limit, caller.customerId);
  return result;
}

async function changePassword(
  options: SecurityOptions,
  caller: SecurityCaller,
  input: { password: string; newPassword: string; totp?: string | undefined },
): Promise<Result<void, SecurityRefusal | PasswordRefusal>> {
  const acceptable = checkPassword(input.newPassword);
  if (!acceptable.ok) return acceptable;
  const known = await provePassword(options, caller.customerId, input.password);
  if (!known.ok) return known;
  const passwordHash = await hashPassword(input.newPassword);
  return await options.database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkMaintenance();
    if (!open.ok) return open;
    const customer = await lockUnchanged(transaction, known.value);
    if (!customer.ok) return customer;
    const proven = await proveSecondFactor(transaction, customer.value, {
      code: input.totp,
      now: options.clock.now(),
      seal: options.seal,
    });
    if (!proven.ok) return proven;
    await setPasswordHash(transaction, caller.customerId, passwordHash);
    await afterChange(options, transaction, { caller, action: "password.change" });
    return accept(undefined);
  });
}

async function setUpTotp(options: SecurityOptions, caller: SecurityCaller, input: { password?: string | undefined }) {
  const isFresh = options.clock.now() - caller.signedInAt <= FRESH_SIGN_IN_MS;
  if (input.password === undefined && !isFresh) return refuse({ code: "PASSWORD_REQUIRED" });
  if (input.password !== undefined) {
    const known = await provePassword(options, caller.customerId, input.password);
    if (!known.ok) return known;
  }
  const secret = newTotpSecret(options.random);
  return await options.database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkMaintenance();
    if (!open.ok) return open;
    const customer = (await lockCustomer(transaction, caller.customerId))!;
    if (customer.hasTotp) return refuse({ code: "TOTP_ACTIVE" });
    await setPendingTotpSecret(transaction, customer.id, options.seal.seal(secret, customer.id));
    return accept({ secret, uri: totpUri({ issuer: ISSUER, account: customer.email, secret }) });
  });
}

async function confirmTotp(options: SecurityOptions, caller: SecurityCaller, input: { totp: string }) {
  const recoveryCodes = newRecoveryCodes(options.random);
  return await options.database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkMaintenance();
    if (!open.ok) return open;
    const sealed = (await lockCustomer(transaction, caller.customerId))?.sealedPendingTotpSecret;
    if (sealed === undefined) return refuse({ code: "TOTP_NOT_SET_UP" });
    const secret = options.seal.open(sealed, caller.customerId);
    const verdict = verifyTotp({ secret, code: input.totp, now: options.clock.now(), lastUsedStep: undefined });
    if (!verdict.ok) return refuse({ code: "BAD_TOTP" });
    await activateTotp(transaction, caller.customerId, verdict.value.step);
    const hashes = recoveryCodes.map((code) => hashRecoveryCode(caller.customerId, code));
    await replaceRecoveryCodes(transaction, caller.customerId, hashes);
    await afterChange(options, transaction, { caller, action: "totp.confirm" });
    return accept({ recoveryCodes });
  });
}

async function disableTotp(
  options: SecurityOptions,
  caller: SecurityCaller,
  input: { password: string; totp: string },
): Promise<Result<void, SecurityRefusal | { readonly code: "TOTP_NOT_SET_UP" }>> {
  const known = await provePassword(options, caller.customerId, input.password);
  if (!known.ok) return known;
  return await options.database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkMaintenance();
    if (!open.ok) return open;
    const customer = await lockUnchanged(transaction, known.value);
    if (!customer.ok) return customer;
    if (!customer.value.hasTotp) return refuse({ code: "TOTP_NOT_SET_UP" });
    const proven = await proveSecondFactor(transaction, customer.value, {
      code: input.totp,
      now: options.clock.now(),
      seal: options.seal,
    });
    if (!proven.ok) return proven;
    await removeTotp(transaction, caller.customerId);
    await afterChange(options, transaction, { caller, action: "totp.disable" });
    return accept(undefined);
  });
}

async function provePassword(
  { database }: SecurityOptions,
  id: CustomerId,
  password: string,
): Promise<Result<CustomerRecord, { readonly code: "BAD_CREDENTIALS" }>> {
  const customer = await findCustomer(database, id);
  const matches = customer !== undefined && (await verifyPassword(password, customer.passwordHash));
  return matches ? accept(customer) : refuse({ code: "BAD_CREDENTIALS" });
}

/** Locks the customer and refuses when the password that was just proven is no longer the one. */
async function lockUnchanged(
  transaction: Sql,
  known: CustomerRecord,
): Promise<Result<CustomerRecord, { readonly code: "BAD_CREDENTIALS" }>> {
  const customer = await lockCustomer(transaction, known.id);
  return customer?.passwordHash === known.passwordHash ? accept(customer) : refuse({ code: "BAD_CREDENTIALS" });
}

async function afterChange(
  { clock }: SecurityOptions,
  transaction: Sql,
  { caller, action }: { caller: SecurityCaller; action: string },
): Promise<void> {
  await endOtherSessions(transaction, caller.customerId, caller.sessionId);
  await holdWithdrawals(transaction, caller.customerId, clock.now());
  await appendAuditEntry(transaction, {
    actor: { kind: "customer", id: caller.customerId, name: caller.customerId },
    action: `coinhubx.customer.${action}`,
    target: `customer:${caller.customerId}`,
    details: {},
  });
}
