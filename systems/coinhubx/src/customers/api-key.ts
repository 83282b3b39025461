import { isNetwork } from "@assay/platform/config/setting";
import type { Random } from "@assay/platform/random/random";
import { toHex } from "@assay/primitives/bytes";
import { sha256 } from "@assay/primitives/hash";
import { DAY_MS, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "./customer.ts";

export const SCOPES = ["read", "trade", "withdraw"] as const;
export type Scope = (typeof SCOPES)[number];

export const LONGEST_KEY_LIFE_MS = 365 * DAY_MS;
export const MOST_KEYS = 10;

export interface ApiKey {
  readonly id: string;
  readonly customerId: CustomerId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Addresses or networks it may be used from; empty: any. */
  readonly allowedNetworks: readonly string[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly lastUsedAt: Instant | undefined;
}

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const TOKEN = /^chx_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** A new key `chx_<id>_<secret>`: the token is shown once, only the hash of its secret is kept. */
export function newApiKeyToken(random: Random): { id: string; token: string; secretHash: Uint8Array } {
  const id = toHex(random.bytes(ID_BYTES));
  const secret = toHex(random.bytes(SECRET_BYTES));
  return { id, token: `chx_${id}_${secret}`, secretHash: sha256(secret) };
}

export function parseApiKeyToken(token: string): Result<{ id: string; secretHash: Uint8Array }, { code: "NOT_A_KEY" }> {
  const match = TOKEN.exec(token);
  return match === null ? refuse({ code: "NOT_A_KEY" }) : accept({ id: match[1]!, secretHash: sha256(match[2]!) });
}

export interface ApiKeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly allowedNetworks: readonly string[];
  readonly lifeMs: number;
}

export type ApiKeyRefusal = {
  readonly code: "ADDRESS_LIST_REQUIRED" | "NOT_A_NETWORK" | "KEY_LIFE_TOO_LONG";
};

/** The rules of a new key that need no look at the others. */
export function checkApiKeyWish(wish: ApiKeyWish): Result<void, ApiKeyRefusal> {
  if (wish.lifeMs > LONGEST_KEY_LIFE_MS) return refuse({ code: "KEY_LIFE_TOO_LONG" });
  if (!wish.allowedNetworks.every(isNetwork)) return refuse({ code: "NOT_A_NETWORK" });
  const isOpen = wish.scopes.includes("withdraw") && wish.allowedNetworks.length === 0;
  return isOpen ? refuse({ code: "ADDRESS_LIST_REQUIRED" }) : accept(undefined);
}
