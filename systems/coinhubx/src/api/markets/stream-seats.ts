/** Enough for every window of an office behind one address, and far from enough to use up the process's streams. */
export const STREAMS_PER_ADDRESS = 30;

/** Counts open streams by address, so that one address cannot take what all share. */
export class StreamSeats {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();

  constructor(limit = STREAMS_PER_ADDRESS) {
    this.#limit = limit;
  }

  isFull(address: string): boolean {
    return (this.#taken.get(address) ?? 0) >= this.#limit;
  }

  /** Passes `events` on while it holds a seat; without a free one it ends at once. The seat is free however it ends. */
  async *hold<T>(address: string, events: () => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    if (this.isFull(address)) return;
    this.#taken.set(address, (this.#taken.get(address) ?? 0) + 1);
    try {
      yield* events();
    } finally {
      const left = this.#taken.get(address)! - 1;
      if (left === 0) this.#taken.delete(address);
      else this.#taken.set(address, left);
    }
  }
}
