import { addMs, DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";

/** How often one key may try: at most `limit` times in any `windowMs`; one more blocks it for `blockMs`. */
export interface RateLimit {
  readonly bucket: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly blockMs: number;
}

export type RateLimited = { readonly code: "RATE_LIMITED"; readonly retryAfterS: number };

/** The limits that are exact over all processes (coinhubx.md §2.5). */
export const RATE_LIMITS = {
  loginAccount: { bucket: "login.account", limit: 5, windowMs: 300 * SECOND_MS, blockMs: 15 * MINUTE_MS },
  loginAddress: { bucket: "login.address", limit: 50, windowMs: 300 * SECOND_MS, blockMs: 15 * MINUTE_MS },
  /** Codes of a second factor, by who is signed in already. */
  secondFactor: { bucket: "second_factor", limit: 5, windowMs: 300 * SECOND_MS, blockMs: 15 * MINUTE_MS },
  register: { bucket: "register", limit: 3, windowMs: HOUR_MS, blockMs: 0 },
  apiKeyCreate: { bucket: "api_key.create", limit: 3, windowMs: DAY_MS, blockMs: 0 },
} as const satisfies Record<string, RateLimit>;

export interface Attempts {
  /** Inside the window, oldest first, at most `limit`. */
  readonly hits: readonly Instant[];
  readonly blockedUntil: Instant | undefined;
}

export const NO_ATTEMPTS: Attempts = { hits: [], blockedUntil: undefined };

export interface CountedAttempt {
  readonly attempts: Attempts;
  readonly decision: Result<void, RateLimited>;
}

/** Counts an attempt made `now`. A refused one is not counted again, so waiting always helps. */
export function countAttempt(before: Attempts, limit: RateLimit, now: Instant): CountedAttempt {
  if (before.blockedUntil !== undefined && now < before.blockedUntil) {
    return { attempts: before, decision: limited(before.blockedUntil, now) };
  }
  const hits = before.hits.filter((hit) => hit > now - limit.windowMs);
  if (hits.length < limit.limit) {
    return { attempts: { hits: [...hits, now], blockedUntil: undefined }, decision: accept(undefined) };
  }
  const until = addMs(limit.blockMs > 0 ? now : hits[0]!, limit.blockMs > 0 ? limit.blockMs : limit.windowMs);
  const blockedUntil = limit.blockMs > 0 ? until : undefined;
  return { attempts: { hits, blockedUntil }, decision: limited(until, now) };
}

function limited(until: Instant, now: Instant): Result<never, RateLimited> {
  return refuse({ code: "RATE_LIMITED", retryAfterS: Math.max(1, Math.ceil((until - now) / SECOND_MS)) });
}
