import { assert } from "@assay/primitives/assert";

const GROWTH = 1.05;
const SMALLEST = 1e-3;
const BUCKETS = 540;
const LOG_GROWTH = Math.log(GROWTH);

/**
 * Counts values ≥ 0 in buckets that grow by 5 %, from 0.001 to beyond 10^8, in fixed memory. Count, minimum, maximum and
 * average are exact; a quantile between is off by at most 2.5 %.
 */
export class Distribution {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    assert(value >= 0, "a distribution counts values of at least 0");
    this.#counts[bucketOf(value)]! += 1;
    this.#count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  merge(other: Distribution): void {
    for (let index = 0; index < BUCKETS; index += 1) this.#counts[index]! += other.#counts[index]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
  }

  /** The value below which the share `q` of all values lies; `undefined` of nothing. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    const index = this.#counts.findIndex((count) => {
      seen += count;
      return seen >= rank;
    });
    return Math.min(Math.max(middleOf(index), this.#min), this.#max);
  }

  /** What dashboards show; all zero of nothing. */
  summary(): DistributionSummary {
    const none = this.#count === 0;
    return {
      count: this.#count,
      min: none ? 0 : this.#min,
      max: this.#max,
      avg: none ? 0 : this.#sum / this.#count,
      p50: this.quantile(0.5) ?? 0,
      p95: this.quantile(0.95) ?? 0,
      p99: this.quantile(0.99) ?? 0,
    };
  }
}

export interface DistributionSummary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

function bucketOf(value: number): number {
  if (value <= SMALLEST) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(value / SMALLEST) / LOG_GROWTH));
}

function middleOf(index: number): number {
  return index === 0 ? SMALLEST : SMALLEST * GROWTH ** (index - 0.5);
}
