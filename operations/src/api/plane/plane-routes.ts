import type { Clock } from "@assay/platform/clock/clock";
import { LOOPBACK_NETWORKS, type Networks, toNetworks } from "@assay/platform/http/networks";
import { answer, answerText, type Guard, mediaReply, type Route, route } from "@assay/platform/http/route";
import { METRICS_TEXT_TYPE, type Metrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstantSeconds, type Instant } from "@assay/primitives/instant";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Principal } from "../../identity/principal.ts";
import { holdsRole } from "../../identity/roles.ts";
import { type Manifest, manifestSchema } from "../../manifest/manifest.ts";

export interface PlaneRoutesOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly version: string;
  readonly manifest: Manifest;
  /** When the rules were evaluated last. */
  readonly evaluatedAt: () => Instant | null;
  readonly evaluationIntervalMs: number;
}

const SERVICE = "operations";
/** Rules not evaluated for this many intervals: silence of the plane means nothing any more. */
const LATE_INTERVALS = 4;

const healthSchema = z.strictObject({
  status: z.literal("healthy"),
  service: z.string(),
  timestamp: z.string(),
  version: z.string(),
});

const checkSchema = z.strictObject({
  name: z.string(),
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  latency_ms: z.number(),
  message: z.string(),
});

const readySchema = z.strictObject({
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  service: z.string(),
  timestamp: z.string(),
  checks: z.strictObject({ database: checkSchema, evaluation: checkSchema }),
});

/** What the plane says of itself: `/health`, `/ready`, `/metrics`, `/ops/manifest`. */
export function planeRoutes(options: PlaneRoutesOptions): readonly Route<Principal>[] {
  return [health(options), ready(options), metricsRoute(options), manifestRoute(options)];
}

function health({ clock, version }: PlaneRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/health",
    summary: "Whether the process answers; no I/O",
    access: "open",
    replies: { 200: healthSchema },
    handle: async () =>
      answer(200, { status: "healthy", service: SERVICE, timestamp: formatInstantSeconds(clock.now()), version }),
  });
}

function ready(options: PlaneRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/ready",
    summary: "Whether the plane can do its work",
    access: "open",
    replies: { 200: readySchema, 503: readySchema },
    handle: async () => {
      const checks = { database: await checkDatabase(options), evaluation: checkEvaluation(options) };
      const worst = (["unhealthy", "degraded"] as const).find((status) =>
        Object.values(checks).some((check) => check.status === status),
      );
      const status: z.infer<typeof readySchema>["status"] = worst ?? "healthy";
      const body = { status, service: SERVICE, timestamp: formatInstantSeconds(options.clock.now()), checks };
      return status === "unhealthy" ? answer(503, body) : answer(200, body);
    },
  });
}

async function checkDatabase({ database, clock }: PlaneRoutesOptions): Promise<z.infer<typeof checkSchema>> {
  const started = clock.monotonicMs();
  const status = await database.query(sql`select 1`).then(
    () => "healthy" as const,
    () => "unhealthy" as const,
  );
  const message = status === "healthy" ? "answers" : "does not answer";
  return { name: "database", status, latency_ms: Math.round(clock.monotonicMs() - started), message };
}

function checkEvaluation({
  clock,
  evaluatedAt,
  evaluationIntervalMs,
}: PlaneRoutesOptions): z.infer<typeof checkSchema> {
  const at = evaluatedAt();
  const isLate = at === null || clock.now() - at > evaluationIntervalMs * LATE_INTERVALS;
  const message = at === null ? "rules not evaluated yet" : `rules evaluated at ${formatInstantSeconds(at)}`;
  return { name: "evaluation", status: isLate ? "degraded" : "healthy", latency_ms: 0, message };
}

/** People and machines who may look, the systems, and what runs on the same machine. */
function insider(loopback: Networks): Guard<Principal, undefined> {
  return {
    check: (principal, { remoteAddress, headers }) => {
      // What a proxy passes on only looks as if it came from here.
      if (headers["x-forwarded-for"] === undefined && loopback.contains(remoteAddress)) return accept(undefined);
      if (principal === undefined) return refuse({ code: "UNAUTHENTICATED" });
      const mayLook =
        principal.kind === "service" ||
        (principal.kind === "machine"
          ? principal.scopes.includes("read:systems")
          : holdsRole(principal.roles, "viewer"));
      return mayLook ? accept(undefined) : refuse({ code: "FORBIDDEN" });
    },
  };
}

function metricsRoute({ metrics }: PlaneRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/metrics",
    summary: "Metrics of the plane in the Prometheus text format",
    access: insider(toNetworks(LOOPBACK_NETWORKS)),
    replies: { 200: mediaReply(METRICS_TEXT_TYPE) },
    handle: async () => answerText(200, await metrics.text(), METRICS_TEXT_TYPE),
  });
}

function manifestRoute({ manifest }: PlaneRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/ops/manifest",
    summary: "The plane described like any other system",
    access: insider(toNetworks(LOOPBACK_NETWORKS)),
    replies: { 200: manifestSchema },
    handle: async () => answer(200, manifest),
  });
}
