/** One row of a benchmark: ours and a peer measured in the same run, in interleaved rounds. */
export interface BenchResult {
  /** `HX-B3 (a)` */
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  /** One figure a round. */
  readonly ours: readonly number[];
  readonly peer: string;
  readonly theirs: readonly number[];
  /** `ours/theirs` for rates, `theirs/ours` for times: larger is better for us. */
  readonly ratio: number;
  /** The smallest ratio the specification asks for, when it names one. */
  readonly goal?: number | undefined;
  /** A bound that the specification puts on our own figures. */
  readonly bound?: Bound;
}

/** One row of a benchmark that has no peer: what was measured, beside the specification's bound. */
export interface BenchFigures {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly figures: readonly number[];
  readonly goal?: Bound;
  readonly note?: string;
}

export type Bound =
  | { readonly of: "median" | "p95" | "worst"; readonly below: number }
  | { readonly of: "median" | "p95" | "worst"; readonly atLeast: number };

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest figure that 95 of 100 do not exceed. */
export function p95(figures: readonly number[]): number {
  const sorted = [...figures].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)]!;
}

export function formatResults(results: readonly (BenchResult | BenchFigures)[]): string {
  return results.map((result) => ("ours" in result ? formatCompared(result) : formatFigures(result))).join("\n");
}

function formatCompared(result: BenchResult): string {
  const verdict =
    result.goal === undefined ? "" : `  goal ≥ ${figure(result.goal)}: ${met(result.ratio >= result.goal)}`;
  return [
    `${result.id}  ${result.what}`,
    `  ours   ${spread(result.ours)} ${result.unit}${boundOf(result.ours, result.bound)}`,
    `  peer   ${spread(result.theirs)} ${result.unit}  (${result.peer})`,
    `  ratio  ${figure(result.ratio)} ×${verdict}`,
  ].join("\n");
}

function formatFigures({ id, what, unit, figures, goal, note }: BenchFigures): string {
  const seen =
    figures.length === 1 ? figure(figures[0]!) : `median ${figure(median(figures))}, p95 ${figure(p95(figures))}`;
  const lines = [`${id}  ${what}`, `  seen   ${seen} ${unit}${boundOf(figures, goal)}`];
  return [...lines, ...(note === undefined ? [] : [`         ${note}`])].join("\n");
}

function boundOf(figures: readonly number[], bound: Bound | undefined): string {
  if (bound === undefined) return "";
  const isBelow = "below" in bound;
  const worst = () => (isBelow ? Math.max(...figures) : Math.min(...figures));
  const seen = bound.of === "median" ? median(figures) : bound.of === "p95" ? p95(figures) : worst();
  const holds = isBelow ? seen < bound.below : seen >= bound.atLeast;
  return `  goal ${bound.of} ${isBelow ? `< ${figure(bound.below)}` : `≥ ${figure(bound.atLeast)}`}: ${met(holds)}`;
}

function met(isMet: boolean): string {
  return isMet ? "met" : "MISSED";
}

function spread(figures: readonly number[]): string {
  return `median ${figure(median(figures))}, range ${figure(Math.min(...figures))} … ${figure(Math.max(...figures))}`;
}

function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
