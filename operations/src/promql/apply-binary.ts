import { Failure } from "@assay/primitives/failure";
import { COMPARISONS, type Matching, type Promql, SET_OPERATIONS } from "./expression.ts";
import { distinct, type Labels, labelKey, onlyLabels, type Sample, withoutLabels, withoutName } from "./sample.ts";

type Binary = Extract<Promql, { kind: "binary" }>;
type Value = number | readonly Sample[];

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "^": (left, right) => left ** right,
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  ">": (left, right) => Number(left > right),
  ">=": (left, right) => Number(left >= right),
  "<": (left, right) => Number(left < right),
  "<=": (left, right) => Number(left <= right),
};

/** Two sides joined. @throws Failure `AMBIGUOUS_MATCH` when one sample has several partners. */
export function applyBinary(binary: Binary, left: Value, right: Value): Value {
  if (typeof left === "number" && typeof right === "number") return OPERATIONS[binary.operation]!(left, right);
  if (typeof left === "number")
    return distinct(withScalar(binary, right as readonly Sample[], { scalar: left, isLeft: true }));
  if (typeof right === "number") return distinct(withScalar(binary, left, { scalar: right, isLeft: false }));
  if (SET_OPERATIONS.some((known) => known === binary.operation)) return joinSets(binary, left, right);
  return distinct(joinPairs(binary, left, right));
}

function isFilter({ operation, isBool }: Binary): boolean {
  return !isBool && COMPARISONS.some((known) => known === operation);
}

function withScalar(
  binary: Binary,
  samples: readonly Sample[],
  { scalar, isLeft }: { readonly scalar: number; readonly isLeft: boolean },
): Sample[] {
  const compute = OPERATIONS[binary.operation]!;
  return samples.flatMap((sample) => {
    const result = isLeft ? compute(scalar, sample.value) : compute(sample.value, scalar);
    if (isFilter(binary)) return result === 1 ? [sample] : [];
    return [{ ...withoutName(sample), value: result }];
  });
}

/** The labels by which samples find each other. */
function signature(labels: Labels, matching: Matching | undefined): Labels {
  if (matching?.kind === "on") return onlyLabels(labels, matching.labels);
  return withoutLabels(labels, ["__name__", ...(matching?.labels ?? [])]);
}

function joinSets({ operation, matching }: Binary, left: readonly Sample[], right: readonly Sample[]): Sample[] {
  const keyOf = ({ labels }: Sample) => labelKey(signature(labels, matching));
  const [onLeft, onRight] = [new Set(left.map(keyOf)), new Set(right.map(keyOf))];
  if (operation === "and") return left.filter((sample) => onRight.has(keyOf(sample)));
  if (operation === "unless") return left.filter((sample) => !onRight.has(keyOf(sample)));
  return [...left, ...right.filter((sample) => !onLeft.has(keyOf(sample)))];
}

function joinPairs(binary: Binary, left: readonly Sample[], right: readonly Sample[]): Sample[] {
  const { matching, operation } = binary;
  const partners = new Map<string, Sample>();
  for (const sample of right) {
    const key = labelKey(signature(sample.labels, matching));
    if (partners.has(key)) throw ambiguous(key);
    partners.set(key, sample);
  }
  const taken = new Set<string>();
  const compute = OPERATIONS[operation]!;
  return left.flatMap((sample) => {
    const key = labelKey(signature(sample.labels, matching));
    const partner = partners.get(key);
    if (partner === undefined) return [];
    const result = compute(sample.value, partner.value);
    if (isFilter(binary) && result !== 1) return [];
    if (taken.has(key)) throw ambiguous(key);
    taken.add(key);
    return [{ labels: pairLabels(sample.labels, binary), value: isFilter(binary) ? sample.value : result }];
  });
}

/** As Prometheus: what was matched on, or all but what was ignored; the name stays only where a side is filtered. */
function pairLabels(labels: Labels, binary: Binary): Labels {
  const { matching } = binary;
  if (matching?.kind === "on") return onlyLabels(labels, matching.labels);
  const named = isFilter(binary) ? [] : ["__name__"];
  return withoutLabels(labels, [...named, ...(matching?.labels ?? [])]);
}

function ambiguous(key: string): Failure {
  return new Failure("AMBIGUOUS_MATCH", { retryable: false, details: { labels: key } });
}
