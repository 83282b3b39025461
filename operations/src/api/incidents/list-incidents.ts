import { answer, type Route, route } from "@assay/platform/http/route";
import { type Principal, reader } from "../../identity/principal.ts";
import {
  figuresQuerySchema,
  incidentFiguresSchema,
  incidentListSchema,
  incidentQuerySchema,
} from "../schema/incidents.ts";
import type { IncidentApi } from "./incident-api.ts";
import { incidentView } from "./incident-view.ts";

/** GET `/api/incidents`: newest first. */
export function listIncidents({ incidents, desk, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents",
    summary: "Incidents, newest first",
    access: reader("read:incidents"),
    query: incidentQuerySchema,
    replies: { 200: incidentListSchema },
    handle: async ({ query: { state, severity, system, limit, cursor } }) => {
      const page = await incidents.list({
        ...{ currentOnly: state === "current", overOnly: state === "over", severity, system, limit },
        after: cursor,
      });
      const commanders = await desk.commanders(page.map(({ id }) => id));
      const now = clock.now();
      return answer(200, {
        incidents: page.map((incident) => incidentView(incident, { now, commander: commanders.get(incident.id) })),
        nextCursor: page.length === limit ? page.at(-1)!.id : null,
      });
    },
  });
}

/** GET `/api/incidents/figures`: how fast we answer and mend, each mean with its count. */
export function getIncidentFigures({ desk }: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/figures",
    summary: "Times to acknowledge, mitigate and resolve, with how many incidents they are made of",
    access: reader("read:incidents"),
    query: figuresQuerySchema,
    replies: { 200: incidentFiguresSchema },
    handle: async ({ query: { days } }) => answer(200, await desk.figures(days)),
  });
}
