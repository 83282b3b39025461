import { assert } from "@assay/primitives/assert";

/** Samples in time order: `values[i]` was seen at `times[i]` (ms). */
export interface Samples {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** Ends a series: the target answered without it, or did not answer. No instant after it has a value until a new sample. */
export const STALE = Number.NaN;

const FIRST_CAPACITY = 16;

/** The newest samples of one series; grows to `maxSamples`, then forgets the oldest. */
export class SampleRing {
  readonly #maxSamples: number;
  #times = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #start = 0;
  #size = 0;

  constructor(maxSamples: number) {
    assert(maxSamples >= FIRST_CAPACITY, `a ring holds at least ${FIRST_CAPACITY} samples`);
    this.#maxSamples = maxSamples;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a sample; one that is not newer than the last replaces it when equal in time and is dropped when older. */
  push(time: number, value: number): void {
    const newest = this.#size === 0 ? Number.NEGATIVE_INFINITY : this.#times[this.#slot(this.#size - 1)]!;
    if (time < newest) return;
    if (time > newest) this.#reserve();
    const slot = this.#slot(this.#size - 1);
    this.#times[slot] = time;
    this.#values[slot] = value;
  }

  dropBefore(time: number): void {
    while (this.#size > 0 && this.#times[this.#start]! < time) {
      this.#start = (this.#start + 1) % this.#times.length;
      this.#size -= 1;
    }
  }

  /** Forgets what is later than `time`: a clock that went back shows those times once more. */
  dropAfter(time: number): void {
    while (this.#size > 0 && this.#times[this.#slot(this.#size - 1)]! > time) this.#size -= 1;
  }

  /** Moves every sample in time, as when the clock that dated them was set. */
  shift(byMs: number): void {
    for (let index = 0; index < this.#times.length; index += 1) this.#times[index]! += byMs;
  }

  /** The newest sample at or before `time`; its value may be {@link STALE}. */
  at(time: number): { readonly time: number; readonly value: number } | undefined {
    const index = this.#countUntil(time) - 1;
    if (index < 0) return undefined;
    const slot = this.#slot(index);
    return { time: this.#times[slot]!, value: this.#values[slot]! };
  }

  /** Samples with `from` ≤ time ≤ `to`, without stale markers. */
  between(from: number, to: number): Samples {
    const times: number[] = [];
    const values: number[] = [];
    const end = this.#countUntil(to);
    for (let index = this.#countUntil(from, true); index < end; index += 1) {
      const slot = this.#slot(index);
      const value = this.#values[slot]!;
      if (Number.isNaN(value)) continue;
      times.push(this.#times[slot]!);
      values.push(value);
    }
    return { times, values };
  }

  /** How many samples are at or before `time`; with `exclusive`, before it. */
  #countUntil(time: number, exclusive = false): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#times[this.#slot(middle)]!;
      if (at < time || (!exclusive && at === time)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #slot(index: number): number {
    return (this.#start + index) % this.#times.length;
  }

  #reserve(): void {
    if (this.#size < this.#times.length) {
      this.#size += 1;
    } else if (this.#times.length < this.#maxSamples) {
      this.#grow(Math.min(this.#times.length * 2, this.#maxSamples));
      this.#size += 1;
    } else {
      this.#start = (this.#start + 1) % this.#times.length;
    }
  }

  #grow(capacity: number): void {
    const times = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    for (let index = 0; index < this.#size; index += 1) {
      times[index] = this.#times[this.#slot(index)]!;
      values[index] = this.#values[this.#slot(index)]!;
    }
    [this.#times, this.#values, this.#start] = [times, values, 0];
  }
}
