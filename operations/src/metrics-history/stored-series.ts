import { LOOKBACK_MS, type SeriesView } from "../thresholds/series-reader.ts";
import { SampleRing, type Samples, STALE } from "./sample-ring.ts";

export interface StoredSeriesOptions {
  readonly key: string;
  /** The scraped service; empty for what the plane measures itself. */
  readonly target: string;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly maxSamples: number;
}

/** One series in memory. It ends when its target no longer shows it, and may begin again. */
export class StoredSeries implements SeriesView {
  readonly key: string;
  readonly target: string;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ring: SampleRing;
  #seenAt = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(options: StoredSeriesOptions) {
    this.key = options.key;
    this.target = options.target;
    this.metric = options.metric;
    this.labels = options.labels;
    this.ring = new SampleRing(options.maxSamples);
  }

  push(at: number, value: number): void {
    this.ring.push(at, value);
    this.#seenAt = at;
    this.#ended = false;
  }

  /** Ends the series unless it was seen at `at`; once is enough, or dead series would never grow old and leave. */
  endUnlessSeen(at: number): void {
    if (this.#ended || this.#seenAt >= at) return;
    this.ring.push(at, STALE);
    this.#ended = true;
  }

  /** Moves what was seen along with a clock that jumped. */
  shift(byMs: number): void {
    this.ring.shift(byMs);
    this.#seenAt += byMs;
  }

  latest(now: number): number | undefined {
    const sample = this.ring.at(now);
    if (sample === undefined || Number.isNaN(sample.value) || sample.time < now - LOOKBACK_MS) return undefined;
    return sample.value;
  }

  between(from: number, to: number): Samples {
    return this.ring.between(from, to);
  }
}
