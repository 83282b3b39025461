import type { Clock } from "@assay/platform/clock/clock";
import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { METRICS_TEXT_TYPE, type Metrics } from "@assay/platform/metrics/metrics";
import { formatInstantSeconds } from "@assay/primitives/instant";
import type { CheckReport, ReadinessReport } from "../../operations/readiness.ts";
import { anyone, hasRole, metricsReader } from "../access.ts";
import type { Principal } from "../principal.ts";
import { healthSchema, metricsSchema, readySchema } from "../schema/health.ts";

export type CheckName = "database" | "queue" | "uptime" | "engine" | "flags";

export interface HealthRoutesOptions {
  readonly service: string;
  readonly version: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<ReadinessReport<CheckName>>;
  /** Networks that may scrape without a token, besides loopback. */
  readonly scrapers: readonly string[];
}

export function healthRoutes(options: HealthRoutesOptions): Route<Principal>[] {
  const health = (["/api/health", "/health"] as const).map((path) => healthRoute(options, path));
  const ready = (["/api/ready", "/ready"] as const).map((path) => readyRoute(options, path));
  return [...health, ...ready, metricsRoute(options), prometheusRoute(options, "/api/metrics/prometheus")];
}

/** No I/O: it says that the process runs, and nothing else. */
function healthRoute(
  { service, version, clock }: Pick<HealthRoutesOptions, "service" | "version" | "clock">,
  path: `/${string}`,
): Route<Principal> {
  return route({
    method: "GET",
    path,
    summary: "Liveness: the process runs",
    access: "open",
    replies: { 200: healthSchema },
    handle: async () =>
      answer(200, { status: "healthy" as const, service, timestamp: formatInstantSeconds(clock.now()), version }),
  });
}

function readyRoute({ service, clock, readiness }: HealthRoutesOptions, path: `/${string}`): Route<Principal> {
  return route({
    method: "GET",
    path,
    summary: "Readiness: what the process depends on; details for role viewer",
    access: anyone,
    replies: { 200: readySchema, 503: readySchema },
    async handle({ principal }) {
      const { status, checks } = await readiness();
      const view = (report: CheckReport) => checkView(report, hasRole(principal, "viewer"));
      const body = {
        status,
        service,
        timestamp: formatInstantSeconds(clock.now()),
        checks: {
          database: view(checks.database),
          queue: view(checks.queue),
          uptime: view(checks.uptime),
          engine: view(checks.engine),
          flags: view(checks.flags),
        },
      };
      return status === "unhealthy" ? answer(503, body) : answer(200, body);
    },
  });
}

function checkView({ name, status, latencyMs, message, details }: CheckReport, withDetails: boolean) {
  return {
    name,
    status,
    latency_ms: latencyMs,
    message,
    ...(withDetails && details !== undefined ? { details: { ...details } } : {}),
  };
}

function metricsRoute({ clock, metrics, scrapers }: HealthRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/metrics",
    summary: "The process's numbers as JSON",
    access: metricsReader(scrapers),
    replies: { 200: metricsSchema },
    async handle() {
      const read = await metrics.json();
      const timestamp = formatInstantSeconds(clock.now());
      return answer(200, { success: true as const, timestamp, metrics: { ...read } });
    },
  });
}

function prometheusRoute(
  { metrics, scrapers }: Pick<HealthRoutesOptions, "metrics" | "scrapers">,
  path: `/${string}`,
): Route<Principal> {
  return route({
    method: "GET",
    path,
    summary: "The process's numbers in Prometheus's text format",
    access: metricsReader(scrapers),
    replies: { 200: mediaReply("text/plain") },
    handle: async () => answerText(200, await metrics.text(), METRICS_TEXT_TYPE),
  });
}

/** The worker's own: it answers nobody else. */
export function workerRoutes(options: Omit<HealthRoutesOptions, "readiness">): Route<Principal>[] {
  const prometheus = prometheusRoute(options, "/metrics");
  return [healthRoute(options, "/health"), prometheus];
}
