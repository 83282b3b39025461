import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type Principal, reader } from "../../identity/principal.ts";
import { needsPostMortem } from "../../incidents/incident.ts";
import { alertView } from "../alerts/alert-view.ts";
import { incidentDetailSchema } from "../schema/incident-detail.ts";
import type { IncidentApi } from "./incident-api.ts";
import { incidentContent } from "./incident-surroundings.ts";
import { time } from "./incident-view.ts";

export const incidentParamsSchema = z.strictObject({ id: z.string().max(64) });

/** GET `/api/incidents/:id`: the whole story. */
export function getIncident(api: IncidentApi): Route<Principal> {
  const { incidents, alerts, delivery } = api;
  return route({
    method: "GET",
    path: "/api/incidents/:id",
    summary: "An incident with its people, alerts, timeline, pages and what is still to be done",
    access: reader("read:incidents"),
    params: incidentParamsSchema,
    replies: { 200: incidentDetailSchema },
    handle: async ({ params: { id } }) => {
      const incident = await incidents.find(id);
      if (incident === undefined) return refuse({ code: "NOT_FOUND" });
      const { postMortems, ...content } = await incidentContent(incident, api);
      const family = [id, ...content.merged.map((one) => one.id)];
      const joined = (await Promise.all(family.map((one) => alerts.ofIncident(one)))).flat();
      const pages = await delivery.about(joined.map((alert) => `alert/${alert.id}`));
      return answer(200, {
        ...content,
        postMortem: {
          isRequired: needsPostMortem(incident) && incident.waiver === null,
          version: postMortems[0]?.version ?? 0,
          state: postMortems[0]?.state ?? "none",
        },
        alerts: joined.map(alertView),
        timeline: [...content.timeline],
        actionItems: [...content.actionItems],
        notifications: pages.map((page) => ({
          id: page.id,
          personName: page.personName,
          kind: page.kind,
          state: page.state,
          attempts: page.attempts,
          error: page.error,
          createdAt: formatInstant(page.createdAt),
          sentAt: time(page.sentAt),
        })),
      });
    },
  });
}
