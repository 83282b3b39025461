import { Failure } from "@assay/primitives/failure";

/** Lets a bounded number of pieces of work run at once, and a bounded number wait, first come first served. */
export class Gate {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limits: { readonly atOnce: number; readonly waiting: number }) {
    this.#atOnce = limits.atOnce;
    this.#mostWaiting = limits.waiting;
  }

  /** @throws Failure `OVERLOADED` (retryable) when too many are waiting. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#atOnce) await this.#turn();
    else this.#inside += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // A place is handed on rather than given back, so that nobody slips in between.
      if (next === undefined) this.#inside -= 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) throw new Failure("OVERLOADED", { retryable: true });
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
