import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Reconciliation } from "../../reconciliation/reconciliation.ts";
import { operator } from "../access.ts";
import type { Principal } from "../principal.ts";
import { emptyInputSchema } from "../schema/auth.ts";
import { reconciliationRunSchema, reportSchema, reportsQuerySchema, reportsSchema } from "../schema/reconciliation.ts";

const RUN_TIMEOUT_MS = 120_000;

export function reconciliationRoutes(reconciliation: Reconciliation): Route<Principal>[] {
  return [
    route({
      method: "POST",
      path: "/api/reconciliation/run",
      summary: "Compare all books now; a mismatch stops trading and withdrawals",
      access: operator("operator"),
      body: emptyInputSchema,
      replies: { 200: reconciliationRunSchema },
      timeoutMs: RUN_TIMEOUT_MS,
      isSlow: true,
      handle: async () => answer(200, { success: true as const, ...(await reconciliation.run()) }),
    }),
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
