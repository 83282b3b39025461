import { answer, type Route, route } from "@assay/platform/http/route";
import { MINUTE_MS } from "@assay/primitives/instant";
import { type Principal, person } from "../../identity/principal.ts";
import { acknowledgeBodySchema, alertSchema } from "../schema/alerts.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { alertView } from "./alert-view.ts";
import { alertParamsSchema } from "./get-alert.ts";

/** POST `/api/alerts/:id/acknowledge` */
export function acknowledgeAlert({ alerts }: WatchApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/alerts/:id/acknowledge",
    summary: "Look after an alert: it does not call again for a while",
    access: person("operator"),
    params: alertParamsSchema,
    body: acknowledgeBodySchema,
    replies: { 200: alertSchema },
    refusals: { ALERT_NOT_FOUND: 404, ALERT_RESOLVED: 409 },
    handle: async ({ params, body, principal }) => {
      const { personId: id, name } = principal;
      const acknowledged = await alerts.acknowledge(params.id, {
        person: { id, name },
        note: body.note,
        forMs: body.minutes * MINUTE_MS,
      });
      return acknowledged.ok ? answer(200, alertView(acknowledged.value)) : acknowledged;
    },
  });
}
