import { systemClock } from "@assay/platform/clock/clock";
import type { Attempt, ExchangeCustomer } from "../exchange-customer.ts";

export interface SentOrder extends Attempt {
  readonly sentAtMs: number;
}

const PRICE = "3000";
const QUANTITY = "0.002";
/** Far below what one customer may send. */
const PAUSE_MS = 15;

/** Two customers who trade with each other until this is disposed of; remembers when each order was sent and its answer. */
export class OrderStream implements AsyncDisposable {
  readonly answered: SentOrder[] = [];
  readonly #stop = new AbortController();
  readonly #sending: Promise<unknown>;

  constructor(buyer: ExchangeCustomer, seller: ExchangeCustomer) {
    this.#sending = Promise.all([this.#send(buyer, "buy"), this.#send(seller, "sell")]);
    this.#sending.catch(() => undefined);
  }

  /** Resolves when so many of the orders that were answered so far fit. */
  async until(count: number, fits: (order: SentOrder) => boolean): Promise<void> {
    while (this.answered.filter(fits).length < count) {
      await Promise.race([systemClock.sleep(PAUSE_MS), this.#sending]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  async #send(customer: ExchangeCustomer, side: "buy" | "sell"): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const sentAtMs = systemClock.monotonicMs();
      const answer = await customer.attempt(side, PRICE, QUANTITY);
      this.answered.push({ sentAtMs, ...answer });
      await systemClock.sleep(PAUSE_MS);
    }
  }
}
