import type { JsonValue } from "@assay/primitives/json";
import type { PromqlSource } from "../../promql/promql-source.ts";
import type { Sample } from "../../promql/sample.ts";
import type { Output } from "./output.ts";

const MAX_SAMPLES = 500;

export interface PromqlExecution {
  readonly source: PromqlSource | undefined;
  readonly system: string;
  readonly promql: string;
  readonly timeoutMs: number;
}

/** Asks for the samples a query has now: `[{"labels": {…}, "value": 3}]`, and their number as `rows`. */
export async function executePromql({ source, ...request }: PromqlExecution): Promise<Output> {
  if (source === undefined) return { trouble: "NO_METRICS: this plane answers no queries" };
  const answer = await source.query(request);
  if ("trouble" in answer) return answer;
  const { samples } = answer;
  const json = samples.slice(0, MAX_SAMPLES).map(toJson);
  return { rows: samples.length, json, text: JSON.stringify(json), ...troubleOf(samples) };
}

function toJson({ labels, value }: Sample): JsonValue {
  // JSON has no infinity; as a text it still says what it is, and compares with nothing.
  return { labels: { ...labels }, value: Number.isFinite(value) ? value : String(value) };
}

function troubleOf(samples: readonly Sample[]): Pick<Output, "trouble"> {
  if (samples.length > MAX_SAMPLES) return { trouble: `TOO_LARGE: more than ${MAX_SAMPLES} samples` };
  // Nothing divided by nothing: there was nothing to judge.
  return samples.some(({ value }) => Number.isNaN(value)) ? { trouble: "NOT_A_NUMBER: a sample has no value" } : {};
}
