import type { Clock } from "../clock/clock.ts";

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

export interface TokenBuckets {
  /** Takes one token of `key`: 0 when there was one, else the whole seconds until there is. */
  take(key: string): number;
  /** As {@link take} without taking. */
  waitS(key: string): number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_KEYS = 100_000;

/** One bucket per key, in this process only. The keys used longest ago are forgotten beyond 100,000. */
export function createTokenBuckets(options: { readonly rate: Rate; readonly clock: Clock }): TokenBuckets {
  const { rate, clock } = options;
  const buckets = new Map<string, Bucket>();

  const refill = (key: string): Bucket => {
    const now = clock.monotonicMs();
    const known = buckets.get(key);
    if (known === undefined) return { tokens: rate.burst, at: now };
    // A map keeps the order of insertion: putting the key back makes the first one the longest unused.
    buckets.delete(key);
    const gained = (Math.max(0, now - known.at) / 1_000) * rate.perSecond;
    return { tokens: Math.min(rate.burst, known.tokens + gained), at: now };
  };
  const keep = (key: string, bucket: Bucket): void => {
    buckets.set(key, bucket);
    if (buckets.size > MAX_KEYS) buckets.delete(buckets.keys().next().value!);
  };
  const secondsUntilOne = ({ tokens }: Bucket): number => (tokens >= 1 ? 0 : Math.ceil((1 - tokens) / rate.perSecond));

  return {
    take(key) {
      const bucket = refill(key);
      const waitS = secondsUntilOne(bucket);
      if (waitS === 0) bucket.tokens -= 1;
      keep(key, bucket);
      return waitS;
    },
    waitS(key) {
      return buckets.has(key) ? secondsUntilOne(refillAndKeep(key)) : 0;
    },
  };

  function refillAndKeep(key: string): Bucket {
    const bucket = refill(key);
    keep(key, bucket);
    return bucket;
  }
}
