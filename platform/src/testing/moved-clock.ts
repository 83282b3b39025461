import { assert } from "@assay/primitives/assert";
import { addMs, type Instant, toInstant } from "@assay/primitives/instant";
import type { Clock } from "../clock/clock.ts";

interface Sleeper {
  readonly wakeMs: number;
  readonly wake: () => void;
}

/** How often running work may go round the event loop before time moves on. */
const SETTLE_TURNS = 3;

/** A clock that stands still until a test moves it. Sleepers wake in the order of their times. */
export class MovedClock implements Clock {
  readonly #start: Instant;
  readonly #sleepers = new Set<Sleeper>();
  #elapsedMs = 0;

  constructor(start: Instant = toInstant(Date.UTC(2025, 7, 1, 12))) {
    this.#start = start;
  }

  now(): Instant {
    return addMs(this.#start, this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper: Sleeper = { wakeMs: this.#elapsedMs + Math.max(0, Math.ceil(ms)), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /**
   * Moves time forward and wakes who is due, each at its own moment; what they start runs before the next one wakes, so
   * that a loop that sleeps 15 s turns four times in a minute. Work that waits for the network or a database goes on by
   * itself: wait for its outcome, not for this.
   */
  async advance(ms: number): Promise<void> {
    assert(Number.isInteger(ms) && ms >= 0, "a clock moves forward by whole milliseconds");
    const until = this.#elapsedMs + ms;
    await settle();
    for (let next = this.#nextDue(until); next !== undefined; next = this.#nextDue(until)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.wakeMs);
      next.wake();
      await settle();
    }
    this.#elapsedMs = until;
  }

  /** The earliest sleeper; of equals the one that fell asleep first. */
  #nextDue(until: number): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers)
      if (sleeper.wakeMs <= until && (earliest === undefined || sleeper.wakeMs < earliest.wakeMs)) earliest = sleeper;
    return earliest;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
