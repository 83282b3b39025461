import type { Clock } from "../clock/clock.ts";
import { DURATION_BUCKETS_MS, type Metrics } from "../metrics/metrics.ts";
import { SlidingDistribution } from "../metrics/sliding-distribution.ts";

const WINDOW_MS = 300_000;
const STATUS_CLASSES = ["2xx", "3xx", "4xx", "5xx"] as const;
/** The route label of what no route answers. */
export const NO_ROUTE = "(none)";

export interface HttpMetrics {
  answered(exchange: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    /** `undefined` for what is slow by nature. */
    readonly durationMs: number | undefined;
  }): void;
  refused(code: string): void;
  failed(): void;
}

/** The seed's HTTP metrics (`http_errors_total`, `http_request_duration_ms_p99`) and ours. */
export function createHttpMetrics(
  metrics: Metrics,
  clock: Clock,
  routes: readonly { readonly method: string; readonly path: string }[],
): HttpMetrics {
  const requests = metrics.counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labels: ["method", "route", "status_class"],
  });
  for (const { method, path } of routes)
    for (const status_class of STATUS_CLASSES) requests.increment({ method, route: path, status_class }, 0);
  const errors = metrics.counter({
    name: "http_errors_total",
    help: "Requests that failed for a reason of ours: 500, 502, 504, and 503 for a failed dependency. Refusals are not errors.",
  });
  const refusals = metrics.counter({
    name: "http_refusals_total",
    help: "Requests refused by a rule, by code.",
    labels: ["code"],
  });
  const durations = metrics.histogram({
    name: "http_request_duration_ms",
    help: "Time from the request line to the last byte of the answer.",
    buckets: DURATION_BUCKETS_MS,
  });
  const recent = new SlidingDistribution({ clock, windowMs: WINDOW_MS });
  metrics.gauge({
    name: "http_request_duration_ms_p99",
    help: "99th percentile of the last 5 minutes; 0 without requests.",
    read: () => recent.quantile(0.99) ?? 0,
  });
  return {
    answered({ method, route, status, durationMs }) {
      requests.increment({ method, route, status_class: `${Math.floor(status / 100)}xx` });
      if (durationMs === undefined) return;
      durations.observe(durationMs);
      recent.add(durationMs);
    },
    refused: (code) => refusals.increment({ code }),
    failed: () => errors.increment(),
  };
}
