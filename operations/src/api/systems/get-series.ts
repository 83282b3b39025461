import { answer, type Route, route } from "@assay/platform/http/route";
import { addMs, HOUR_MS, parseInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { type Principal, person } from "../../identity/principal.ts";
import { SEVERITIES, type Threshold } from "../../thresholds/threshold.ts";
import { seriesQuerySchema, seriesSchema } from "../schema/systems.ts";
import { systemParamsSchema } from "./get-system.ts";
import type { WatchApi } from "./watch-api.ts";

/** GET `/api/systems/:id/series`: the number that a rule compares, with its lines, or a metric of a panel. */
export function getSeries({ systems, charts, clock }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/systems/:id/series",
    summary: "Points of a chart with its threshold lines",
    access: person("viewer"),
    params: systemParamsSchema,
    query: seriesQuerySchema,
    replies: { 200: seriesSchema },
    handle: async ({ params, query }) => {
      const manifest = systems.find(params.id)?.manifest;
      const threshold = manifest?.thresholds.find(({ id }) => id === query.threshold);
      const isPanel = manifest?.panels.some(({ metric }) => metric !== undefined && metric === query.metric);
      if (threshold === undefined && isPanel !== true) return refuse({ code: "NOT_FOUND" });
      const until = clock.now();
      const since = query.since === undefined ? undefined : parseInstant(query.since);
      const name = threshold?.id ?? `metric:${query.metric}`;
      const points = await charts.points({
        system: params.id,
        name,
        since: since?.ok ? since.value : addMs(until, -HOUR_MS),
        until,
        stepMs: query.stepMs,
      });
      return answer(200, {
        name,
        unit: threshold?.unit ?? "count",
        stepMs: query.stepMs,
        lines: threshold === undefined ? [] : linesOf(threshold),
        points: points.map(({ at, least, greatest, latest }): [number, number, number, number] => [
          at,
          least,
          greatest,
          latest,
        ]),
      });
    },
  });
}

function linesOf(threshold: Threshold) {
  const levels = SEVERITIES.flatMap((severity) => {
    const comparison = threshold.levels[severity];
    return comparison === undefined ? [] : [{ bound: severity as string, comparison }];
  });
  return [{ bound: "target", comparison: threshold.target }, ...levels];
}
