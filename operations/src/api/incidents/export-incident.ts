import { answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { type Principal, personWithOneOf } from "../../identity/principal.ts";
import { exportIncident } from "../../incidents/incident-export.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { incidentView, timelineEntryView } from "./incident-view.ts";

/** GET `/api/incidents/:id/export`: story, evidence and audit proof in one file. */
export function getIncidentExport({ incidents, audit }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/:id/export",
    summary: "An incident with its audit proof, to be checked without a server",
    access: personWithOneOf("operator", "auditor", "compliance", "admin"),
    params: incidentParamsSchema,
    replies: { 200: mediaReply("application/json") },
    isSlow: true,
    handle: async ({ params: { id }, principal }) => {
      const incident = await incidents.find(id);
      if (incident === undefined) return refuse({ code: "NOT_FOUND" });
      await audit.append(undefined, {
        actor: { kind: "person", id: principal.personId, name: principal.name },
        action: "incident.exported",
        target: id,
        details: {},
      });
      const exported = await exportIncident(audit, {
        incident: incidentView(incident),
        timeline: (await incidents.timeline(id)).map(timelineEntryView),
      });
      const headers = { "content-disposition": `attachment; filename="${id}.json"` };
      return answerText(200, JSON.stringify(exported, null, 1), { contentType: "application/json", headers });
    },
  });
}
