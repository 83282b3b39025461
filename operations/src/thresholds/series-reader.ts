import type { Samples } from "../metrics-history/sample-ring.ts";

/** One series, as an expression reads it. */
export interface SeriesView {
  readonly labels: Readonly<Record<string, string>>;
  /** The value at `now`: the newest sample not older than {@link LOOKBACK_MS}; none after a stale marker. */
  latest(now: number): number | undefined;
  /** Samples with `from` ≤ time ≤ `to`. */
  between(from: number, to: number): Samples;
}

/** The series of one system. */
export interface SeriesReader {
  select(metric: string, labels: Readonly<Record<string, string>>): Iterable<SeriesView>;
}

/** As in Prometheus: an older sample is no longer a value. */
export const LOOKBACK_MS = 300_000;

/** Equality matchers; a label that the series lacks counts as empty, as in Prometheus. */
export function matchesLabels(
  labels: Readonly<Record<string, string>>,
  matchers: Readonly<Record<string, string>>,
): boolean {
  for (const name in matchers) if ((labels[name] ?? "") !== matchers[name]) return false;
  return true;
}
