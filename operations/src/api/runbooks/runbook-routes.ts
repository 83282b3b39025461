import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { drillStatus } from "../../drills/drill-coverage.ts";
import type { DrillResults } from "../../drills/drill-results.ts";
import { type Principal, person } from "../../identity/principal.ts";
import type { PromqlSource } from "../../promql/promql-source.ts";
import { executePromql } from "../../runbooks/run/execute-promql.ts";
import { readParameters } from "../../runbooks/run/lookup.ts";
import type { Runbooks } from "../../runbooks/runbooks.ts";
import {
  planBody,
  plannedSchema,
  promqlAnswerSchema,
  promqlQuery,
  runbookListSchema,
  runbookQuery,
  runbookSchema,
} from "../schema/runbooks.ts";
import { lastRunView, pinnedEntry, planView, runbookView, summaryView } from "./views.ts";

export const runbookParams = z.strictObject({ id: z.string().max(100) });

export interface RunbookRoutesOptions extends Pick<Runbooks, "catalogue" | "systems" | "runs"> {
  readonly promql?: PromqlSource;
  readonly drills?: Pick<DrillResults, "latest">;
}

const QUERY_TIMEOUT_MS = 5_000;

/** Reading runbooks: everybody who may look at the plane. */
export function runbookRoutes(options: RunbookRoutesOptions): Route<Principal>[] {
  return [...readingRoutes(options), queryRoute(options)];
}

/** What a `promql` step would see now. */
function queryRoute({ promql, systems }: RunbookRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/promql",
    summary: "The samples a PromQL query has now, or why nobody can tell",
    access: person("viewer"),
    query: promqlQuery,
    replies: { 200: promqlAnswerSchema },
    handle: async ({ query: { system, query } }) => {
      if ((await systems.get(system)) === undefined) return refuse({ code: "NOT_FOUND" });
      const output = await executePromql({ source: promql, system, promql: query, timeoutMs: QUERY_TIMEOUT_MS });
      return answer(200, { samples: output.json ?? [], trouble: output.trouble ?? null });
    },
  });
}

function readingRoutes({ catalogue, systems, runs, drills }: RunbookRoutesOptions): Route<Principal>[] {
  const find = async (id: string, system: string | undefined) => {
    const entry = await catalogue.find(id, system);
    const known = entry && (await systems.get(entry.system));
    return entry && known ? { entry, manifest: known.manifest } : undefined;
  };
  return [
    route({
      method: "GET",
      path: "/api/runbooks",
      summary: "The runbooks of all systems",
      access: person("viewer"),
      replies: { 200: runbookListSchema },
      handle: async () => {
        const [entries, last, drilled] = await Promise.all([catalogue.list(), runs.last(), drills?.latest() ?? []]);
        return answer(200, {
          runbooks: entries.map((entry) => ({
            ...summaryView(entry),
            lastRun: lastRunView(entry, last),
            drillStatus: drillStatus(entry, drilled),
          })),
        });
      },
    }),
    route({
      method: "GET",
      path: "/api/runbooks/:id",
      summary: "A runbook: its text, its steps as they would run, and what its lint says",
      access: person("viewer"),
      params: runbookParams,
      query: runbookQuery,
      replies: { 200: runbookSchema },
      handle: async ({ params, query }) => {
        const found = await find(params.id, query.system);
        if (found === undefined) return refuse({ code: "NOT_FOUND" });
        const { entry, manifest } = found;
        const { sha256 = entry.sha256 } = query;
        if (sha256 === entry.sha256) return answer(200, runbookView(entry, manifest));
        const pinned = await catalogue.text(entry.system, entry.id, sha256);
        if (pinned === undefined) return refuse({ code: "NOT_FOUND" });
        return answer(200, runbookView(pinnedEntry(entry, sha256, pinned), manifest));
      },
    }),
    route({
      method: "POST",
      path: "/api/runbooks/:id/plan",
      summary: "What a run with these parameters would do; nothing is done",
      access: person("viewer"),
      params: runbookParams,
      body: planBody,
      replies: { 200: plannedSchema },
      handle: async ({ params, body }) => {
        const found = await find(params.id, body.system);
        const runbook = found?.entry.runbook;
        if (found === undefined || runbook === undefined) return refuse({ code: "NOT_FOUND" });
        const read = readParameters(runbook.params, body.params);
        if (read.errors.length > 0) return refuse({ code: "INVALID_INPUT", errors: read.errors });
        return answer(200, { plan: planView(runbook, { manifest: found.manifest, params: read.params }) });
      },
    }),
  ];
}
