import { answer, type Route, route } from "@assay/platform/http/route";
import { type Principal, person } from "../../identity/principal.ts";
import { noteBodySchema, timelineEntrySchema } from "../schema/incidents.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { timelineEntryView } from "./incident-view.ts";

/** POST `/api/incidents/:id/notes` */
export function addNote({ incidents }: WatchApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/incidents/:id/notes",
    summary: "Add a note to the timeline",
    access: person("operator"),
    params: incidentParamsSchema,
    body: noteBodySchema,
    replies: { 201: timelineEntrySchema },
    refusals: { INCIDENT_NOT_FOUND: 404 },
    handle: async ({ params, body, principal }) => {
      const recorded = await incidents.append(params.id, {
        kind: "note",
        actor: { kind: "person", id: principal.personId, name: principal.name },
        summary: body.note.slice(0, 500),
        details: { note: body.note },
      });
      return recorded.ok ? answer(201, timelineEntryView(recorded.value)) : recorded;
    },
  });
}
