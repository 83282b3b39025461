import { Failure } from "@assay/primitives/failure";
import { systemClock } from "../clock/clock.ts";

const TIMEOUT_MS = 5_000;
const MOST_KEPT = 10_000;

/** What has arrived so far, and a way to wait for what has not. Real time, because it arrives over real sockets. */
export class Arrivals<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<{ readonly matches: (item: T) => boolean; readonly resolve: (item: T) => void }>();

  add(item: T): void {
    this.all.push(item);
    if (this.all.length > MOST_KEPT) this.all.shift();
    for (const waiter of this.#waiting)
      if (waiter.matches(item)) {
        this.#waiting.delete(waiter);
        waiter.resolve(item);
      }
  }

  /** The first that matches, of those here already or still to come. @throws Failure `NOTHING_ARRIVED` after the time. */
  async wait(matches: (item: T) => boolean = () => true, timeoutMs = TIMEOUT_MS): Promise<T> {
    const here = this.all.find(matches);
    if (here !== undefined) return here;
    const arrival = Promise.withResolvers<T>();
    const waiter = { matches, resolve: arrival.resolve };
    this.#waiting.add(waiter);
    const arrived = new AbortController();
    const late = systemClock.sleep(timeoutMs, { signal: arrived.signal }).then(() => {
      throw new Failure("NOTHING_ARRIVED", { retryable: false, details: { timeoutMs, soFar: this.all.length } });
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([arrival.promise, late]);
    } finally {
      this.#waiting.delete(waiter);
      arrived.abort();
    }
  }
}
