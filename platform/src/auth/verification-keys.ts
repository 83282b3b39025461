import { Failure } from "@assay/primitives/failure";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { importJWK, type JWK } from "jose";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { fetchJson } from "../http/http-client.ts";

export type VerificationKey = Awaited<ReturnType<typeof importJWK>>;

/** The public keys with which an issuer's tokens are verified. */
export interface VerificationKeys {
  /** `undefined`: the issuer has no such key. @throws Failure `IDENTITY_UNAVAILABLE` when no usable keys are known. */
  find(keyId: string): Promise<VerificationKey | undefined>;
}

export interface RemoteKeysOptions {
  readonly jwksUrl: string;
  readonly clock: Clock;
  /** How long keys may be used without hearing from the issuer; default 24 h. */
  readonly maxKeyAgeMs?: number;
}

/** RFC 7517 with RFC 8037 keys: Ed25519 only. */
const jwksSchema = z.object({
  keys: z.array(z.object({ kty: z.string(), crv: z.string().optional(), x: z.string().optional(), kid: z.string() })),
});
const REFRESH_AFTER_MS = 5 * MINUTE_MS;
const RETRY_AFTER_MS = 5 * SECOND_MS;
const FETCH_TIMEOUT_MS = 2_000;
const MAX_KEYS = 20;

/** Keys of a JWKS document that is at hand. */
export function localKeys(jwks: () => unknown): VerificationKeys {
  return { find: async (keyId) => (await importKeys(jwks())).get(keyId) };
}

/**
 * Keys fetched from the issuer: again after 5 min and when a token names an unknown one, but at most each 5 s, so that
 * forged tokens cannot make us knock all the time. An issuer out of reach leaves the known keys good for `maxKeyAgeMs`.
 */
export function remoteKeys({ jwksUrl, clock, maxKeyAgeMs = DAY_MS }: RemoteKeysOptions): VerificationKeys {
  let known = new Map<string, VerificationKey>();
  let fetchedMs = Number.NEGATIVE_INFINITY;
  let triedMs = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    triedMs = clock.monotonicMs();
    const { status, body } = await fetchJson(jwksUrl, { timeoutMs: FETCH_TIMEOUT_MS });
    if (status !== 200) throw new Failure("HTTP_BAD_ANSWER", { retryable: true, details: { status } });
    known = await importKeys(body);
    fetchedMs = clock.monotonicMs();
  };
  const refresh = (): Promise<void> => {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  const mayTry = () => clock.monotonicMs() - triedMs >= RETRY_AFTER_MS;

  return {
    async find(keyId) {
      const ageMs = clock.monotonicMs() - fetchedMs;
      const isNeeded = !known.has(keyId) || ageMs > maxKeyAgeMs;
      if (isNeeded && (mayTry() || fetching !== undefined)) await refresh().catch(() => undefined);
      else if (ageMs > REFRESH_AFTER_MS && mayTry()) void refresh().catch(() => undefined);
      if (clock.monotonicMs() - fetchedMs > maxKeyAgeMs)
        throw new Failure("IDENTITY_UNAVAILABLE", { retryable: true, details: { jwksUrl } });
      return known.get(keyId);
    },
  };
}

async function importKeys(document: unknown): Promise<Map<string, VerificationKey>> {
  const parsed = jwksSchema.safeParse(document);
  if (!parsed.success) throw new Failure("HTTP_BAD_ANSWER", { retryable: true, cause: parsed.error });
  const ed25519 = parsed.data.keys.filter(({ kty, crv }) => kty === "OKP" && crv === "Ed25519").slice(0, MAX_KEYS);
  return new Map(
    await Promise.all(ed25519.map(async (key) => [key.kid, await importJWK(key as JWK, "EdDSA")] as const)),
  );
}
