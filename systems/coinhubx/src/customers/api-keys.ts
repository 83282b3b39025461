import type { Seal } from "@assay/platform/auth/seal";
import type { Clock } from "@assay/platform/clock/clock";
import { toNetworks } from "@assay/platform/http/networks";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { addMs } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { appendAuditEntry } from "../audit/audit-outbox.ts";
import { readFlagsForShare } from "../feature-flags/flag-store.ts";
import type { MaintenanceRefusal } from "../feature-flags/flag-values.ts";
import { RATE_LIMITS, type RateLimited } from "../rate-limits/rate-limit.ts";
import type { RateLimiter } from "../rate-limits/rate-limiter.ts";
import {
  type ApiKey,
  type ApiKeyRefusal,
  type ApiKeyWish,
  checkApiKeyWish,
  MOST_KEYS,
  newApiKeyToken,
  parseApiKeyToken,
} from "./api-key.ts";
import { type ApiKeyOwner, deleteApiKey, insertApiKey, listApiKeys, useApiKey } from "./api-key-store.ts";
import type { CustomerId } from "./customer.ts";
import { lockCustomer } from "./customer-store.ts";
import { proveSecondFactor, type SecondFactorRefusal } from "./second-factor.ts";

export interface ApiKeysOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly limiter: RateLimiter;
  readonly seal: Seal;
}

export type CreateKeyRefusal = ApiKeyRefusal | DeleteKeyRefusal | { readonly code: "TOO_MANY_KEYS" };
export type DeleteKeyRefusal = SecondFactorRefusal | RateLimited | MaintenanceRefusal;

export interface ApiKeys {
  /** The token is in this answer and nowhere else. A key that may withdraw needs a customer with TOTP. */
  create(
    customerId: CustomerId,
    wish: ApiKeyWish & { totp?: string | undefined },
  ): Promise<Result<{ key: ApiKey; token: string }, CreateKeyRefusal>>;
  list(customerId: CustomerId): Promise<ApiKey[]>;
  delete(
    customerId: CustomerId,
    input: { id: string; totp?: string | undefined },
  ): Promise<Result<void, DeleteKeyRefusal | { readonly code: "NOT_FOUND" }>>;
  /** The key of a token, or undefined when it is unknown, expired, or used from outside its networks. */
  authenticate(token: string, remoteAddress: string): Promise<ApiKeyOwner | undefined>;
}

export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { database, clock } = options;
  return {
    create: (customerId, wish) => createKey(options, customerId, wish),
    list: (customerId) => listApiKeys(database, customerId, clock.now()),
    delete: (customerId, input) => deleteKey(options, customerId, input),
    authenticate: async (token, remoteAddress) => {
      const parsed = parseApiKeyToken(token);
      if (!parsed.ok) return undefined;
      const key = await useApiKey(database, { ...parsed.value, now: clock.now() });
      if (key === undefined || key.allowedNetworks.length === 0) return key;
      return toNetworks(key.allowedNetworks).contains(remoteAddress) ? key : undefined;
    },
  };
}

async function createKey(
  { database, clock, random, limiter, seal }: ApiKeysOptions,
  customerId: CustomerId,
  wish: ApiKeyWish & { totp?: string | undefined },
): Promise<Result<{ key: ApiKey; token: string }, CreateKeyRefusal>> {
  const sound = checkApiKeyWish(wish);
  if (!sound.ok) return sound;
  const permitted = await limiter.take(RATE_LIMITS.apiKeyCreate, customerId);
  if (!permitted.ok) return permitted;
  return await database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkMaintenance();
    if (!open.ok) return open;
    const now = clock.now();
    const customer = (await lockCustomer(transaction, customerId))!;
    if (wish.scopes.includes("withdraw") && !customer.hasTotp) return refuse({ code: "TOTP_REQUIRED" });
    const proven = await proveSecondFactor(transaction, customer, { code: wish.totp, now, seal });
    if (!proven.ok) return proven;
    if ((await listApiKeys(transaction, customerId, now)).length >= MOST_KEYS) return refuse({ code: "TOO_MANY_KEYS" });
    const { id, token, secretHash } = newApiKeyToken(random);
    const { name, scopes, allowedNetworks } = wish;
    const times = { createdAt: now, expiresAt: addMs(now, wish.lifeMs), lastUsedAt: undefined };
    const key: ApiKey = { id, customerId, name, scopes: [...new Set(scopes)], allowedNetworks, ...times };
    await insertApiKey(transaction, key, secretHash);
    await appendAuditEntry(transaction, keyEntry(customerId, "api_key.create", { id, scopes: key.scopes }));
    return accept({ key, token });
  });
}

async function deleteKey(
  { database, clock, limiter, seal }: ApiKeysOptions,
  customerId: CustomerId,
  { id, totp }: { id: string; totp?: string | undefined },
): Promise<Result<void, DeleteKeyRefusal | { readonly code: "NOT_FOUND" }>> {
  const permitted = await limiter.take(RATE_LIMITS.secondFactor, customerId);
  if (!permitted.ok) return permitted;
  const deleted = await database.transaction(async (transaction) => {
    const open = (await readFlagsForShare(transaction)).checkMaintenance();
    if (!open.ok) return open;
    const customer = (await lockCustomer(transaction, customerId))!;
    const proven = await proveSecondFactor(transaction, customer, { code: totp, now: clock.now(), seal });
    if (!proven.ok) return proven;
    if (!(await deleteApiKey(transaction, customerId, id))) return refuse({ code: "NOT_FOUND" });
    await appendAuditEntry(transaction, keyEntry(customerId, "api_key.delete", { id }));
    return accept(undefined);
  });
  // Whoever has the codes may delete all ten at once.
  if (deleted.ok) await limiter.forget(RATE_LIMITS.secondFactor, customerId);
  return deleted;
}

function keyEntry(customerId: CustomerId, action: string, details: { id: string; scopes?: readonly string[] }) {
  const actor = { kind: "customer" as const, id: customerId, name: customerId };
  return { actor, action: `coinhubx.customer.${action}`, target: `customer:${customerId}`, details };
}
