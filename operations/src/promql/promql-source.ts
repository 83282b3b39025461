import { Failure } from "@assay/primitives/failure";
import { LOOKBACK_MS, type SeriesReader } from "../thresholds/series-reader.ts";
import { evaluatePromql } from "./evaluate-promql.ts";
import { type Promql, selectorsOf } from "./expression.ts";
import { parsePromql } from "./parse-promql.ts";
import type { Prometheus } from "./prometheus.ts";
import type { Sample } from "./sample.ts";

/** The samples of one system as the plane keeps them. */
export interface PromqlSeries {
  readonly series: SeriesReader;
  /** How far back the plane keeps each metric that a threshold reads (ms); others are known only now. */
  readonly windows: ReadonlyMap<string, number>;
}

export interface PromqlSourceOptions {
  /** Asked instead of the plane's own samples, when there is one. */
  readonly prometheus: Prometheus | undefined;
  readonly system: (name: string) => PromqlSeries | undefined;
  readonly now: () => number;
}

export interface PromqlRequest {
  readonly system: string;
  readonly promql: string;
  readonly timeoutMs: number;
}

export type PromqlAnswer =
  | { readonly samples: readonly Sample[]; readonly by: "prometheus" | "plane" }
  /** Why nobody can tell now; never an empty answer. */
  | { readonly trouble: string };

/** Answers PromQL: from a Prometheus when one is configured, else from the plane's own samples. */
export interface PromqlSource {
  query(request: PromqlRequest): Promise<PromqlAnswer>;
}

export function createPromqlSource(options: PromqlSourceOptions): PromqlSource {
  return {
    query: async (request) => {
      const parsed = parsePromql(request.promql);
      if (!parsed.ok && (parsed.refusal.code === "PROMQL_SYNTAX" || options.prometheus === undefined))
        return { trouble: `${parsed.refusal.code}: ${parsed.refusal.message}` };
      const expression = parsed.ok ? parsed.value : undefined;
      try {
        if (options.prometheus !== undefined) return await askPrometheus(options.prometheus, request, expression);
        return askPlane(options, request, expression!);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return { trouble: `${error.code}: ${String(error.details.reason ?? JSON.stringify(error.details))}` };
      }
    },
  };
}

async function askPrometheus(
  prometheus: Prometheus,
  { promql, timeoutMs }: PromqlRequest,
  expression: Promql | undefined,
): Promise<PromqlAnswer> {
  const samples = await prometheus.query(promql, { timeoutMs });
  if (samples.length === 0)
    for (const metric of neededMetrics(expression))
      if ((await prometheus.query(`count(${metric})`, { timeoutMs })).length === 0) return noData(metric);
  return { samples, by: "prometheus" };
}

function askPlane({ system, now }: PromqlSourceOptions, request: PromqlRequest, expression: Promql): PromqlAnswer {
  const known = system(request.system);
  if (known === undefined) return { trouble: `SYSTEM_UNKNOWN: the plane does not watch ${request.system}` };
  for (const { selector, rangeMs } of selectorsOf(expression)) {
    const window = known.windows.get(selector.metric);
    const keptMs = window === undefined ? 0 : Math.max(window, LOOKBACK_MS);
    if (rangeMs > keptMs)
      return {
        trouble: `NO_HISTORY: the plane keeps ${keptMs / 1_000} s of ${selector.metric}; a Prometheus would know`,
      };
  }
  const at = now();
  const samples = evaluatePromql(expression, { series: known.series, now: at });
  if (samples.length === 0)
    for (const metric of neededMetrics(expression))
      if (![...known.series.select(metric, {})].some((series) => series.latest(at) !== undefined))
        return noData(metric);
  return { samples, by: "plane" };
}

/** "None is too high" must not be said of a metric that nobody sees: empty is an answer only when there are series. */
function neededMetrics(expression: Promql | undefined): string[] {
  const needed = (expression === undefined ? [] : selectorsOf(expression)).filter(({ mayBeAbsent }) => !mayBeAbsent);
  return [...new Set(needed.map(({ selector }) => selector.metric))];
}

function noData(metric: string): PromqlAnswer {
  return { trouble: `NO_DATA: nothing shows ${metric} now` };
}
