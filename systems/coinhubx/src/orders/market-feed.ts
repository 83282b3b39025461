import type { Instant } from "@assay/primitives/instant";
import type { Side } from "../matching/order.ts";
import type { LevelChanges } from "./depth.ts";

export interface PublicTrade {
  /** 1, 2, 3 … within the market, without gaps. */
  readonly number: number;
  readonly priceTicks: number;
  readonly lots: number;
  readonly takerSide: Side;
  readonly at: Instant;
}

/** A snapshot replaces what came before; a change says the new total of each level that changed. */
export type FeedMessage =
  | { readonly type: "snapshot"; readonly levels: LevelChanges }
  | { readonly type: "book"; readonly levels: LevelChanges }
  | { readonly type: "trade"; readonly trade: PublicTrade };

const LARGEST_BACKLOG = 1_000;
const LARGEST_AUDIENCE = 5_000;

/** Hands a market's public messages to whoever listens. A listener that falls far behind is let go; it may come again. */
export class MarketFeed {
  readonly #listeners = new Set<Listener>();

  get isFull(): boolean {
    return this.#listeners.size >= LARGEST_AUDIENCE;
  }

  get size(): number {
    return this.#listeners.size;
  }

  publish(message: FeedMessage): void {
    for (const listener of this.#listeners) if (!listener.push(message)) this.#listeners.delete(listener);
  }

  /**
   * Messages from now on, `first` before them, in the batches that have gathered. Ends when the reader returns, falls
   * behind or the feed closes.
   */
  async *subscribe(first: FeedMessage): AsyncGenerator<readonly FeedMessage[], void, undefined> {
    const listener = new Listener();
    listener.push(first);
    this.#listeners.add(listener);
    try {
      yield* listener.messages();
    } finally {
      this.#listeners.delete(listener);
    }
  }

  close(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

class Listener {
  #backlog: FeedMessage[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  /** False when it has fallen too far behind. */
  push(message: FeedMessage): boolean {
    this.#backlog.push(message);
    if (this.#backlog.length > LARGEST_BACKLOG) this.end();
    this.#wake?.();
    return !this.#isEnded;
  }

  end(): void {
    this.#isEnded = true;
    this.#backlog = [];
    this.#wake?.();
  }

  async *messages(): AsyncGenerator<readonly FeedMessage[], void, undefined> {
    while (!this.#isEnded) {
      const messages = this.#backlog;
      this.#backlog = [];
      if (messages.length > 0) yield messages;
      if (this.#backlog.length > 0 || this.#isEnded) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
