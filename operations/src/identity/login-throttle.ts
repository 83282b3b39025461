import type { Clock } from "@assay/platform/clock/clock";
import { accept, type Result, refuse } from "@assay/primitives/result";

export interface ThrottleRate {
  /** Tries that may come at once after a quiet time. */
  readonly burst: number;
  /** One more try each so many milliseconds. */
  readonly everyMs: number;
}

export type Throttled = { readonly code: "RATE_LIMITED"; readonly retryAfterS: number };

interface Bucket {
  tries: number;
  at: number;
}

const MOST_KEYS = 50_000;

/**
 * Counts guesses before they are checked, so that many at once are many, and gives a try back when it was right. In
 * memory: the one process that serves sign-in.
 */
export class LoginThrottle {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a try of every key, or of none. */
  take(keys: Readonly<Record<string, ThrottleRate>>): Result<void, Throttled> {
    const buckets = Object.entries(keys).map(([key, rate]) => ({ key, rate, bucket: this.#refilled(key, rate) }));
    const waits = buckets.map(({ rate, bucket }) => (bucket.tries >= 1 ? 0 : (1 - bucket.tries) * rate.everyMs));
    const waitMs = Math.max(...waits);
    if (waitMs > 0) return refuse({ code: "RATE_LIMITED", retryAfterS: Math.ceil(waitMs / 1_000) });
    for (const { key, bucket } of buckets) {
      // Put back last, so that the first keys of the map are those unused for longest.
      this.#buckets.delete(key);
      this.#buckets.set(key, { ...bucket, tries: bucket.tries - 1 });
    }
    while (this.#buckets.size > MOST_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return accept(undefined);
  }

  giveBack(...keys: readonly string[]): void {
    for (const key of keys) {
      const bucket = this.#buckets.get(key);
      if (bucket !== undefined) bucket.tries += 1;
    }
  }

  #refilled(key: string, { burst, everyMs }: ThrottleRate): Bucket {
    const now = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return { tries: burst, at: now };
    return { tries: Math.min(burst, bucket.tries + (now - bucket.at) / everyMs), at: now };
  }
}
