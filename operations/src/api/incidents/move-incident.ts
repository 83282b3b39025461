import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { type Principal, person } from "../../identity/principal.ts";
import { personActor } from "../../incidents/incident.ts";
import type { Move } from "../../incidents/incidents.ts";
import { incidentSchema, transitionBodySchema } from "../schema/incidents.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { type IncidentApi, named } from "./incident-api.ts";
import { incidentView } from "./incident-view.ts";

const VERBS: Readonly<Record<Move["to"], string>> = {
  acknowledged: "acknowledge",
  mitigated: "mitigate",
  resolved: "resolve",
  closed: "close",
};

/** POST `/api/incidents/:id/acknowledge`, `mitigate`, `resolve`, `close` */
export function moveIncident({ incidents, desk, alerts, clock }: IncidentApi, to: Move["to"]): Route<Principal> {
  return route({
    method: "POST",
    path: `/api/incidents/:id/${VERBS[to]}`,
    summary: `Set an incident to ${to}`,
    access: person("operator"),
    params: incidentParamsSchema,
    body: transitionBodySchema,
    replies: { 200: incidentSchema },
    refusals: {
      INCIDENT_NOT_FOUND: 404,
      INCIDENT_STATE: 409,
      ALERTS_FIRING: 409,
      POST_MORTEM_REQUIRED: 409,
      NOTE_REQUIRED: 422,
    },
    handle: async ({ params: { id }, body, principal }) => {
      const by = named(principal);
      const isEnd = to === "resolved" || to === "closed";
      if (isEnd && body.note === "") return refuse({ code: "NOTE_REQUIRED", detail: "Say what was done." });
      const family = new Set([id, ...(await desk.surroundings(id)).merged.map((one) => one.id)]);
      const firing = alerts
        .current()
        .filter(({ incidentId, state }) => incidentId !== null && family.has(incidentId) && state === "firing");
      if (isEnd && firing.length > 0)
        return refuse({ code: "ALERTS_FIRING", detail: `${firing.map(({ name }) => name).join(", ")} still firing.` });
      // Looking after the incident is looking after its alerts: they would call again otherwise.
      if (to === "acknowledged")
        for (const alert of firing.filter(({ acknowledgement }) => acknowledgement === null))
          await alerts.acknowledge(alert.id, { person: by, note: body.note });
      const moved = await incidents.moveNow(id, { to, actor: personActor(by), note: body.note });
      const incident = await incidents.find(id);
      const isThere = incident !== undefined && (moved.ok || (to === "acknowledged" && incident.state === to));
      if (isThere) return answer(200, incidentView(incident, { now: clock.now() }));
      if (moved.ok) return refuse({ code: "INCIDENT_NOT_FOUND" });
      if (moved.refusal.code !== "POST_MORTEM_REQUIRED") return moved;
      return refuse({
        code: "POST_MORTEM_REQUIRED",
        detail: `A ${incident?.severity} incident is closed with a published post-mortem, or with a reason why there is none.`,
      });
    },
  });
}
