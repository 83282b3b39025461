import type { Clock } from "../clock/clock.ts";
import { Distribution } from "./distribution.ts";

const SLICES = 10;

/** The values of the last `windowMs`, forgotten in steps of a tenth of it. */
export class SlidingDistribution {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  readonly #slices = Array.from({ length: SLICES }, () => new Distribution());
  #newest: number;

  constructor(options: { readonly clock: Clock; readonly windowMs: number }) {
    this.#clock = options.clock;
    this.#sliceMs = options.windowMs / SLICES;
    this.#newest = this.#sliceNow();
  }

  add(value: number): void {
    this.#forget();
    this.#slices[this.#newest % SLICES]!.add(value);
  }

  /** `undefined` when the window is empty. */
  quantile(q: number): number | undefined {
    this.#forget();
    const merged = new Distribution();
    for (const slice of this.#slices) merged.merge(slice);
    return merged.quantile(q);
  }

  #sliceNow(): number {
    return Math.floor(this.#clock.monotonicMs() / this.#sliceMs);
  }

  #forget(): void {
    const now = this.#sliceNow();
    const passed = Math.min(SLICES, now - this.#newest);
    for (let step = 0; step < passed; step += 1) this.#slices[(now - step) % SLICES]!.clear();
    if (passed > 0) this.#newest = now;
  }
}
