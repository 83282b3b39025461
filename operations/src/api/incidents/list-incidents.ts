import { answer, type Route, route } from "@assay/platform/http/route";
import { type Principal, person } from "../../identity/principal.ts";
import { incidentListSchema, incidentQuerySchema } from "../schema/incidents.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { incidentView } from "./incident-view.ts";

/** GET `/api/incidents`: newest first. */
export function listIncidents({ incidents }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents",
    summary: "Incidents, newest first",
    access: person("viewer"),
    query: incidentQuerySchema,
    replies: { 200: incidentListSchema },
    handle: async ({ query: { state, limit, cursor } }) => {
      const page = await incidents.list({ currentOnly: state === "current", limit, after: cursor });
      return answer(200, {
        incidents: page.map(incidentView),
        nextCursor: page.length === limit ? page.at(-1)!.id : null,
      });
    },
  });
}
