export interface Bucket {
  /** Inclusive upper bound; the last one is +∞. */
  readonly upperBound: number;
  /** Observations at or below the bound: cumulative. */
  readonly count: number;
}

/**
 * The `quantile` (0 < q < 1) of a cumulative histogram, linear inside a bucket, as Prometheus 2 `histogram_quantile`.
 * In the last bucket it is the largest finite bound. `undefined` without observations or without a bucket to +∞.
 */
export function bucketQuantile(quantile: number, buckets: readonly Bucket[]): number | undefined {
  const sorted = monotonic([...buckets].sort((left, right) => left.upperBound - right.upperBound));
  const last = sorted.at(-1);
  if (last === undefined || last.upperBound !== Number.POSITIVE_INFINITY || sorted.length < 2) return undefined;
  if (!(last.count > 0)) return undefined;
  const rank = quantile * last.count;
  const index = sorted.findIndex((bucket) => bucket.count >= rank);
  if (index === sorted.length - 1) return sorted[index - 1]!.upperBound;
  const bucket = sorted[index]!;
  if (index === 0 && bucket.upperBound <= 0) return bucket.upperBound;
  const below = index === 0 ? { upperBound: 0, count: 0 } : sorted[index - 1]!;
  const width = bucket.upperBound - below.upperBound;
  return below.upperBound + width * ((rank - below.count) / (bucket.count - below.count));
}

// Buckets are read one after another, so a bound may seem to hold less than the one below it.
function monotonic(sorted: readonly Bucket[]): Bucket[] {
  let largest = 0;
  return sorted.map(({ upperBound, count }) => {
    largest = Math.max(largest, count);
    return { upperBound, count: largest };
  });
}
