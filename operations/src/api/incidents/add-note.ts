import { answer, type Route, route } from "@assay/platform/http/route";
import { z } from "zod";
import { type Principal, person } from "../../identity/principal.ts";
import { amendBodySchema, incidentSchema, noteBodySchema, timelineEntrySchema } from "../schema/incidents.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { DESK_REFUSALS, type IncidentApi, named } from "./incident-api.ts";
import { incidentView, timelineEntryView } from "./incident-view.ts";

/** POST `/api/incidents/:id/notes` */
export function addNote({ incidents }: IncidentApi): Route<Principal> {
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

const amendParamsSchema = incidentParamsSchema.extend({ sequence: z.coerce.number().int().min(0) });

/** POST `/api/incidents/:id/notes/:sequence/amend`: a new entry beside the old one. */
export function amendNote({ desk, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/incidents/:id/notes/:sequence/amend",
    summary: "Say a note anew; the one before stays on the timeline",
    access: person("operator"),
    params: amendParamsSchema,
    body: amendBodySchema,
    replies: { 200: incidentSchema },
    refusals: DESK_REFUSALS,
    handle: async ({ params: { id, sequence }, body, principal }) => {
      const amended = await desk.amendNote(id, { sequence, note: body.note, by: named(principal) });
      return amended.ok ? answer(200, incidentView(amended.value, { now: clock.now() })) : amended;
    },
  });
}
