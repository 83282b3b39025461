import type { Clock } from "@assay/platform/clock/clock";
import { answer, answerText, type Route, route } from "@assay/platform/http/route";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatUnits } from "@assay/primitives/amount";
import { formatInstantSeconds } from "@assay/primitives/instant";
import type { z } from "zod";
import { summariseErrorEvents } from "../../error-events/error-event-store.ts";
import { readStuckJobs } from "../../job-queues/stuck-jobs.ts";
import { findAsset } from "../../markets/assets.ts";
import type { ReadinessReport } from "../../operations/readiness.ts";
import type { Reconciliation } from "../../reconciliation/reconciliation.ts";
import { operator } from "../access.ts";
import { summaryView } from "../errors/error-routes.ts";
import { readFlagViews } from "../feature-flags/flag-view.ts";
import type { CheckName } from "../health/health-routes.ts";
import type { Principal } from "../principal.ts";
import type { BackupView } from "../schema/backups.ts";
import { dashboardSchema } from "../schema/dashboard.ts";

export interface DashboardRouteOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly jobs: Jobs;
  readonly reconciliation: Reconciliation;
  readonly readiness: () => Promise<ReadinessReport<CheckName>>;
  readonly backups: () => Promise<readonly BackupView[]>;
  /** The page of the console that shows the same, for browsers. */
  readonly consoleUrl: string;
}

type Dashboard = z.input<typeof dashboardSchema>;

/** Everything in one answer; a part that cannot be read is null instead of failing the whole. */
export function dashboardRoute(options: DashboardRouteOptions): Route<Principal> {
  const { clock, consoleUrl } = options;
  return route({
    method: "GET",
    path: "/api/dashboard",
    summary: "Everything at a glance; a browser is sent to the console",
    access: operator("viewer"),
    replies: { 200: dashboardSchema },
    async handle({ headers }) {
      if (headers.accept?.includes("text/html")) {
        return answerText(302, "The console shows this page.", {
          contentType: "text/plain",
          headers: { location: consoleUrl },
        });
      }
      const [health, metrics, errors, jobs, backups, flags, reconciliation, custody] = await Promise.all([
        readHealth(options),
        options.metrics.json().then(({ gauges }) => ({ ...gauges })),
        orNull(summariseErrorEvents(options.database, clock.now()).then(summaryView)),
        orNull(readJobs(options.jobs)),
        orNull(options.backups().then((all) => ({ count: all.length, latest: all[0]?.name ?? null }))),
        orNull(readFlagViews(options.database)),
        orNull(readNewestReport(options.reconciliation)),
        orNull(readOwed(options.database)),
      ]);
      const timestamp = formatInstantSeconds(clock.now());
      const alerts = { unacknowledged_count: null, url: consoleUrl };
      const parts = { health, metrics, errors, jobs, backups, alerts, flags, reconciliation, custody };
      return answer(200, { success: true as const, timestamp, ...parts });
    },
  });
}

function orNull<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch(() => null);
}

async function readHealth({ readiness }: DashboardRouteOptions): Promise<Dashboard["health"]> {
  const { status, checks } = await readiness();
  return { status, checks: Object.fromEntries(Object.values(checks).map((check) => [check.name, check.status])) };
}

async function readJobs(jobs: Jobs): Promise<Dashboard["jobs"]> {
  const [counts, stuck] = await Promise.all([jobs.counts(), readStuckJobs(jobs)]);
  const sum = (pick: (count: (typeof counts)[number]) => number) => counts.reduce((all, count) => all + pick(count), 0);
  return {
    queue_length: sum(({ due }) => due),
    dead_letter_count: sum(({ dead }) => dead),
    active: sum(({ active }) => active),
    stuck_count: stuck.length,
  };
}

async function readNewestReport(reconciliation: Reconciliation): Promise<Dashboard["reconciliation"]> {
  const [newest] = await reconciliation.reports(1);
  if (newest === undefined) return null;
  const { mismatches: _, ...report } = newest;
  return report;
}

/** What customers are owed, orders included. */
async function readOwed(database: Database): Promise<Dashboard["custody"]> {
  const rows = await database.query<{ asset: string; units: string }>(sql`
    select asset, sum(credits_posted - debits_posted) as units from ledger_accounts
    where code in ('customer', 'customer_orders') group by asset order by asset`);
  return rows.map(({ asset, units }) => ({ asset, owed: formatUnits(BigInt(units), findAsset(asset)!.decimals) }));
}
