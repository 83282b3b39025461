import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { subjectOf } from "../../alerts/alert.ts";
import { type Principal, person } from "../../identity/principal.ts";
import { alertView } from "../alerts/alert-view.ts";
import { incidentDetailSchema } from "../schema/incident-detail.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { incidentView, timelineEntryView } from "./incident-view.ts";

export const incidentParamsSchema = z.strictObject({ id: z.string().max(64) });

/** GET `/api/incidents/:id`: the whole story. */
export function getIncident({ incidents, alerts, delivery }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/:id",
    summary: "An incident with its alerts, timeline and pages",
    access: person("viewer"),
    params: incidentParamsSchema,
    replies: { 200: incidentDetailSchema },
    handle: async ({ params: { id } }) => {
      const incident = await incidents.find(id);
      if (incident === undefined) return refuse({ code: "NOT_FOUND" });
      const [timeline, joined] = await Promise.all([incidents.timeline(id), alerts.ofIncident(id)]);
      const pages = await delivery.about([...new Set(joined.map(subjectOf))]);
      return answer(200, {
        incident: incidentView(incident),
        alerts: joined.map(alertView),
        timeline: timeline.map(timelineEntryView),
        notifications: pages.map((page) => ({
          id: page.id,
          personName: page.personName,
          kind: page.kind,
          state: page.state,
          attempts: page.attempts,
          error: page.error,
          createdAt: formatInstant(page.createdAt),
          sentAt: page.sentAt === null ? null : formatInstant(page.sentAt),
        })),
      });
    },
  });
}
