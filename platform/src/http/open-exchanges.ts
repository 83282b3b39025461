import { systemClock } from "../clock/clock.ts";
import type { Exchange } from "./exchange.ts";

const SWEEP_MS = 100;

/**
 * The exchanges under way. One sweep watches all deadlines: a timer per request would cost more than most requests.
 * Sockets live in real time, so this reads the system's clock and never a moved one.
 */
export class OpenExchanges implements AsyncDisposable {
  readonly #open = new Set<Exchange>();
  readonly #stop = new AbortController();
  readonly #sweeping: Promise<void>;
  #whenEmpty: (() => void) | undefined;

  constructor() {
    this.#sweeping = this.#sweep();
  }

  /** How many are event streams. */
  get streams(): number {
    let streams = 0;
    for (const { isStream } of this.#open) if (isStream) streams += 1;
    return streams;
  }

  add(exchange: Exchange): void {
    this.#open.add(exchange);
  }

  delete(exchange: Exchange): void {
    this.#open.delete(exchange);
    if (this.#open.size === 0) this.#whenEmpty?.();
  }

  /** Ends streams at once and everything else after `graceMs`; resolves when nothing is open, or soon after. */
  async drain(graceMs: number): Promise<void> {
    for (const exchange of this.#open) if (exchange.isStream) exchange.abort("shutting-down");
    await this.#emptyWithin(graceMs);
    for (const exchange of this.#open) exchange.abort("shutting-down");
    await this.#emptyWithin(SWEEP_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#sweeping;
  }

  async #emptyWithin(graceMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const late = new AbortController();
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    const grace = systemClock.sleep(graceMs, { signal: late.signal }).catch(() => undefined);
    await Promise.race([empty, grace]);
    late.abort();
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await systemClock.sleep(SWEEP_MS, { signal }).catch(() => undefined);
      const now = systemClock.monotonicMs();
      for (const exchange of this.#open) if (now >= exchange.deadlineMs) exchange.abort("timed-out");
    }
  }
}
