import { Failure } from "@assay/primitives/failure";
import { z } from "zod";
import { fetchBounded } from "../systems/bounded-fetch.ts";
import type { Sample } from "./sample.ts";

/** A Prometheus that answers what the plane's own samples do not. */
export interface Prometheus {
  /** @throws Failure `PROMETHEUS_UNREACHABLE`, `PROMETHEUS_REFUSED`, `PROMETHEUS_UNREADABLE`. */
  query(promql: string, options: { readonly timeoutMs: number }): Promise<readonly Sample[]>;
}

const MAX_BYTES = 1024 * 1024;

const valueSchema = z.tuple([z.number(), z.string()]);
const answerSchema = z.union([
  z.object({
    status: z.literal("success"),
    data: z.union([
      z.object({
        resultType: z.literal("vector"),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: valueSchema })),
      }),
      z.object({ resultType: z.literal("scalar"), result: valueSchema }),
    ]),
  }),
  z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() }),
]);

/** Over the HTTP API, one instant query at a time; bounded in time and size, and without following redirects. */
export function createPrometheus(url: string): Prometheus {
  const base = url.replace(/\/+$/, "");
  return {
    query: async (promql, { timeoutMs }) => {
      const query = new URLSearchParams({ query: promql, timeout: `${timeoutMs}ms` });
      const limits = { timeoutMs, maxBytes: MAX_BYTES, accept: "application/json" };
      const fetched = await fetchBounded(`${base}/api/v1/query?${query}`, limits);
      if (!fetched.ok) throw failure("PROMETHEUS_UNREACHABLE", `${fetched.refusal.code}: ${fetched.refusal.reason}`);
      const answer = answerSchema.safeParse(parseJson(fetched.value.text));
      if (!answer.success)
        throw failure("PROMETHEUS_UNREADABLE", `it answered ${fetched.value.status}, and no samples`);
      if (answer.data.status === "error") throw failure("PROMETHEUS_REFUSED", answer.data.error.slice(0, 300));
      const { data } = answer.data;
      if (data.resultType === "scalar") return [{ labels: {}, value: toNumber(data.result[1]) }];
      return data.result.map(({ metric, value }) => ({ labels: metric, value: toNumber(value[1]) }));
    },
  };
}

function failure(code: string, reason: string): Failure {
  return new Failure(code, { retryable: true, details: { reason } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toNumber(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
