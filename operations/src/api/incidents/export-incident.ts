import { answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { type Principal, personWithOneOf } from "../../identity/principal.ts";
import { personActor } from "../../incidents/incident.ts";
import { exportIncident, exportText } from "../../incidents/incident-export.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { type IncidentApi, named } from "./incident-api.ts";
import { incidentContent } from "./incident-surroundings.ts";

/** GET `/api/incidents/:id/export`: story, evidence, report and audit proof in one file. */
export function getIncidentExport(api: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/:id/export",
    summary: "An incident with its audit proof, to be checked without a server",
    access: personWithOneOf("operator", "auditor", "compliance", "admin"),
    params: incidentParamsSchema,
    replies: { 200: mediaReply("application/json") },
    isSlow: true,
    handle: async ({ params: { id }, principal }) => {
      const incident = await api.incidents.find(id);
      if (incident === undefined) return refuse({ code: "NOT_FOUND" });
      const content = await incidentContent(incident, api);
      const exported = await exportIncident(api.audit, content, personActor(named(principal)));
      const headers = { "content-disposition": `attachment; filename="${id}.json"` };
      return answerText(200, exportText(exported), { contentType: "application/json", headers });
    },
  });
}
