import type { Clock } from "@assay/platform/clock/clock";
import { Secret } from "@assay/platform/config/secret";
import { silentLogger } from "@assay/platform/logging/logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { openTestAudit } from "../audit/audit-fixture.ts";
import { Delivery } from "../delivery/delivery.ts";
import type { Reachable } from "../delivery/directory.ts";
import { createEvents } from "../events/events.ts";
import { Incidents } from "../incidents/incidents.ts";
import { createOnCall } from "../on-call.ts";
import { type AlertRuleDeclaration, alertRule } from "../thresholds/alert-rule.ts";
import type { Reading } from "../thresholds/reading.ts";
import { type Severity, threshold } from "../thresholds/threshold.ts";
import { Alerts, type EvaluatedSystem } from "./alerts.ts";
import type { QuietReader } from "./quieting.ts";

/** Test data: the alerts of one system `shop` over a real database, with people who are paged but not called. */
export const ADA: Reachable = { id: "per_ada", name: "Ada", email: "ada@example.com", roles: ["operator"] };
export const BO: Reachable = { id: "per_bo", name: "Bo", email: "bo@example.com", roles: ["approver"] };

export async function openTestAlerts(database: Database, clock: Clock, more: { readonly quiet?: QuietReader } = {}) {
  const audit = await openTestAudit(database, { clock });
  const events = createEvents();
  const random = seededRandom(clock.now() % 1_000_003);
  const common = { database, clock, random, logger: silentLogger, audit, events };
  const incidents = new Incidents(common);
  const directory = { people: async () => [ADA, BO] };
  const delivery = new Delivery({
    ...{ ...common, directory },
    metrics: createMetrics({ service: "test" }),
    jobs: { define: () => {}, send: async () => undefined },
    mailer: { send: async () => {} },
    webhookSecret: new Secret("test-webhook-secret"),
    allowsLoopback: true,
  });
  const publicUrl = "http://console";
  const { paging } = createOnCall({
    ...{ ...common, directory, delivery, publicUrl },
    timeline: incidents,
    alerts: () => alerts,
  });
  const alerts: Alerts = await Alerts.open({ ...common, incidents, paging, publicUrl, ...more });
  return {
    alerts,
    incidents,
    delivery,
    paging,
    audit,
    events,
    [Symbol.asyncDispose]: () => audit[Symbol.asyncDispose](),
  };
}

const count = (name: string) =>
  threshold({
    id: `shop.${name}`,
    title: name,
    unit: "count",
    expression: { kind: "gauge", metric: name, aggregate: "sum" },
    target: { op: "lte", value: 0 },
    levels: {
      info: { op: "gt", value: 0 },
      warning: { op: "gt", value: 1 },
      high: { op: "gt", value: 2 },
      critical: { op: "gt", value: 3 },
    },
    forMs: 0,
    source: "test",
  });

const LEVELS: readonly Severity[] = ["info", "warning", "high", "critical"];

/** The number that a severity stands for: 0 is well, 4 is critical; `undefined` is unknown. */
function reading(severity: Severity | "well" | undefined): Reading {
  if (severity === undefined) return { kind: "unknown", reason: "gone" };
  const value = LEVELS.indexOf(severity as Severity) + 1;
  return { kind: "value", value, levels: LEVELS.slice(0, value), onTarget: value === 0 };
}

/** The system `shop` with one rule per name given, each reading its own threshold. */
export function shopReading(
  readings: Readonly<Record<string, Severity | "well" | undefined>>,
  rules: Readonly<Record<string, Partial<AlertRuleDeclaration>>> = {},
): EvaluatedSystem {
  const names = Object.keys(readings);
  return {
    system: "shop",
    rules: names.map((name) =>
      alertRule({
        name,
        summary: `${name} hurts`,
        thresholds: [`shop.${name.toLowerCase()}`],
        runbook: "fix",
        ...rules[name],
      }),
    ),
    thresholds: names.map((name) => count(name.toLowerCase())),
    readings: new Map(names.map((name) => [`shop.${name.toLowerCase()}`, reading(readings[name])])),
  };
}
