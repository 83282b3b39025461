import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { drillCoverage } from "../../drills/drill-coverage.ts";
import type { DrillResult, DrillResults } from "../../drills/drill-results.ts";
import { type Principal, person } from "../../identity/principal.ts";
import type { Runbooks } from "../../runbooks/runbooks.ts";
import { type DrillResultView, drillReportSchema, drillResultSchema, recordDrillBody } from "../schema/drills.ts";

export interface DrillRoutesOptions {
  readonly runbooks: Pick<Runbooks, "catalogue" | "systems">;
  readonly results: DrillResults;
}

/** What drills have shown. They run elsewhere; the plane keeps what they measured. */
export function drillRoutes({ runbooks, results }: DrillRoutesOptions): Route<Principal>[] {
  return [
    route({
      method: "GET",
      path: "/api/drills",
      summary: "Alerts with a passing drill of all alerts, the newest drill of each, and steps that are left out",
      access: person("viewer"),
      replies: { 200: drillReportSchema },
      handle: async () => {
        const manifests = (await runbooks.systems.list()).map(({ manifest }) => manifest);
        const [entries, latest] = await Promise.all([runbooks.catalogue.list(), results.latest()]);
        const { byAlert, skipped, ...counts } = drillCoverage(manifests, entries, latest);
        return answer(200, {
          ...counts,
          byAlert: byAlert.map(({ last, ...rest }) => ({ ...rest, last: last && resultView(last) })),
          skipped: [...skipped],
        });
      },
    }),
    route({
      method: "POST",
      path: "/api/drills",
      summary: "Records what a drill measured",
      access: person("operator"),
      body: recordDrillBody,
      replies: { 201: drillResultSchema },
      handle: async ({ body, principal }) => {
        const recorded = await results.record(body, { id: principal.personId, name: principal.name });
        return answer(201, resultView(recorded));
      },
    }),
  ];
}

function resultView({ at, by, runbook, ...rest }: DrillResult): DrillResultView {
  return { ...rest, runbook: runbook && { ...runbook }, at: formatInstant(at), by: { ...by } };
}
