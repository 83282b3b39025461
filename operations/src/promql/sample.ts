import { Failure } from "@assay/primitives/failure";

export type Labels = Readonly<Record<string, string>>;

/** One value with the labels that tell it from the others; `__name__` is the metric where it still is one. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** An unambiguous text for a set of labels, whatever their order. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}

export function withoutLabels(labels: Labels, left: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !left.includes(name)));
}

export function onlyLabels(labels: Labels, kept: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => kept.includes(name)));
}

/** As it is, when no two samples have the same labels. @throws Failure `AMBIGUOUS_MATCH`. */
export function distinct(samples: readonly Sample[]): readonly Sample[] {
  const keys = new Set(samples.map(({ labels }) => labelKey(labels)));
  if (keys.size === samples.length) return samples;
  throw new Failure("AMBIGUOUS_MATCH", { retryable: false, details: { reason: "two samples have the same labels" } });
}

/** A sample that is computed is no longer the metric. */
export function withoutName({ labels, value }: Sample): Sample {
  return { labels: withoutLabels(labels, ["__name__"]), value };
}
