import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import type { Logger } from "@assay/platform/logging/logger";
import { MINUTE_MS } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Reconciliation } from "../../reconciliation/reconciliation.ts";
import { operator } from "../access.ts";
import type { Principal } from "../principal.ts";
import { emptyInputSchema } from "../schema/auth.ts";
import {
  reconciliationRunSchema,
  reconciliationUnderWaySchema,
  reportSchema,
  reportsQuerySchema,
  reportsSchema,
} from "../schema/reconciliation.ts";

/** Who asks is told after this time where the report will be. */
const LONGEST_WAIT_MS = MINUTE_MS;
const RUN_TIMEOUT_MS = 2 * LONGEST_WAIT_MS;

export interface ReconciliationRoutesOptions {
  readonly reconciliation: Reconciliation;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function reconciliationRoutes(options: ReconciliationRoutesOptions): Route<Principal>[] {
  return [runNow(options), ...reportRoutes(options.reconciliation)];
}

function runNow({ reconciliation, clock, logger }: ReconciliationRoutesOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/reconciliation/run",
    summary: "Compare all books now; a mismatch stops trading and withdrawals",
    access: operator("operator"),
    body: emptyInputSchema,
    replies: { 200: reconciliationRunSchema, 202: reconciliationUnderWaySchema },
    timeoutMs: RUN_TIMEOUT_MS,
    isSlow: true,
    async handle() {
      const run = reconciliation.run();
      const waiting = new AbortController();
      const late = clock.sleep(LONGEST_WAIT_MS, { signal: waiting.signal }).catch(() => undefined);
      const report = await Promise.race([run, late]).finally(() => waiting.abort());
      if (report !== undefined) return answer(200, { success: true as const, ...report });
      run.catch((error: unknown) => logger.error({ error }, "A reconciliation that nobody waits for failed"));
      const report_id = await reconciliation.underWay();
      return answer(202, { success: true as const, report_id, status: "running" as const });
    },
  });
}

function reportRoutes(reconciliation: Reconciliation): Route<Principal>[] {
  return [
    route({
      method: "GET",
      path: "/api/reconciliation/reports",
      summary: "The last reconciliations, newest first",
      access: operator("viewer"),
      query: reportsQuerySchema,
      replies: { 200: reportsSchema },
      async handle({ query }) {
        const reports = await reconciliation.reports(query.limit);
        return answer(200, { success: true as const, reports, count: reports.length });
      },
    }),
    route({
      method: "GET",
      path: "/api/reconciliation/reports/:id",
      summary: "One reconciliation with all that differed",
      access: operator("viewer"),
      params: z.strictObject({ id: z.string().max(64) }),
      replies: { 200: reportSchema },
      async handle({ params }) {
        const report = await reconciliation.report(params.id);
        return report === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, report);
      },
    }),
  ];
}
