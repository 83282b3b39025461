import { MINUTE_MS } from "@assay/primitives/instant";
import type { OperationsConfig } from "./config.ts";
import { PEOPLE_ACTIONS } from "./identity/people-actions.ts";
import { type Manifest, type ManifestDeclaration, manifestSchema } from "./manifest/manifest.ts";
import { threshold } from "./thresholds/threshold.ts";

/** The plane described like any other system, so that another plane, or a Prometheus, can watch it. */
export function planeManifest(
  config: OperationsConfig,
  { version, runbooks }: { readonly version: string; readonly runbooks: Manifest["runbooks"] },
): Manifest {
  return manifestSchema.parse({
    system: "operations",
    title: "Operations plane",
    version,
    environment: config.environment,
    services: [{ name: "operations", url: ownUrl(config) }],
    healthChecks: [
      {
        id: "operations-health",
        service: "operations",
        path: "/health",
        everyMs: 5_000,
        timeoutMs: 2_000,
        kind: "liveness",
      },
      {
        id: "operations-ready",
        service: "operations",
        path: "/ready",
        everyMs: 5_000,
        timeoutMs: 2_000,
        kind: "readiness",
      },
    ],
    metrics: [{ service: "operations", path: "/metrics" }],
    thresholds: [
      threshold({
        id: "operations.evaluation.age",
        title: "Age of the last evaluation of the alert rules",
        unit: "s",
        expression: { kind: "gauge", metric: "operations_evaluation_age_seconds", aggregate: "max" },
        target: { op: "lte", value: 30 },
        levels: { critical: { op: "gt", value: 60 } },
        forMs: 0,
        source: "operations.md §3",
      }),
      threshold({
        id: "operations.notifications.failed",
        title: "Pages that reached nobody over their channel",
        unit: "count",
        expression: {
          kind: "increase",
          metric: "operations_notifications_total",
          labels: { outcome: "failed" },
          windowMs: 15 * MINUTE_MS,
        },
        target: { op: "lte", value: 0 },
        levels: { warning: { op: "gt", value: 0 } },
        forMs: 0,
        source: "operations.md §4",
      }),
    ],
    actions: [...PEOPLE_ACTIONS],
    runbooks,
  } satisfies ManifestDeclaration);
}

/** Where the process itself answers; what is in front of it is not what is watched. */
function ownUrl({ host, port, publicUrl }: OperationsConfig): string {
  if (port === 0) return publicUrl;
  return `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`;
}
