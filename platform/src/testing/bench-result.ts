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
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function formatResults(results: readonly BenchResult[]): string {
  return results
    .map((result) => {
      const verdict =
        result.goal === undefined
          ? ""
          : `  goal ≥ ${figure(result.goal)}: ${result.ratio >= result.goal ? "met" : "MISSED"}`;
      return [
        `${result.id}  ${result.what}`,
        `  ours   ${spread(result.ours)} ${result.unit}`,
        `  peer   ${spread(result.theirs)} ${result.unit}  (${result.peer})`,
        `  ratio  ${figure(result.ratio)} ×${verdict}`,
      ].join("\n");
    })
    .join("\n");
}

function spread(figures: readonly number[]): string {
  return `median ${figure(median(figures))}, range ${figure(Math.min(...figures))} … ${figure(Math.max(...figures))}`;
}

function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
