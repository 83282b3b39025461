import { answer, type Route, route } from "@assay/platform/http/route";
import type { Result } from "@assay/primitives/result";
import { z } from "zod";
import { type Principal, person } from "../../identity/principal.ts";
import type { PublicIncident } from "../../status-page/public-incident-store.ts";
import type { PublishRefusal } from "../../status-page/public-incidents.ts";
import { publicIncidentView } from "../../status-page/status-content.ts";
import { named } from "../incidents/incident-api.ts";
import {
  publicIncidentSchema,
  publicUpdateBodySchema,
  publishBodySchema,
  statusUpdateBodySchema,
} from "../schema/status.ts";
import type { StatusApi } from "./status-api.ts";

const paramsSchema = z.strictObject({ id: z.string().max(64) });

const REFUSALS = {
  PUBLIC_INCIDENT_NOT_FOUND: 404,
  INCIDENT_NOT_FOUND: 404,
  ALREADY_PUBLIC: 409,
  UNKNOWN_COMPONENT: 422,
  TITLE_REQUIRED: 422,
} as const satisfies Record<PublishRefusal["code"], number>;

/** Telling users. The words go to the public page and to everybody who subscribed. */
export function publishRoutes(api: StatusApi): readonly Route<Principal>[] {
  const { publicIncidents, content } = api;
  const told = (outcome: Result<PublicIncident, PublishRefusal>) => {
    content.forget();
    return outcome.ok ? answer(200, publicIncidentView(outcome.value)) : outcome;
  };
  return [
    route({
      method: "POST",
      path: "/api/status-page/incidents",
      summary: "Tell users of trouble",
      access: person("operator"),
      body: publishBodySchema,
      replies: { 200: publicIncidentSchema },
      refusals: REFUSALS,
      handle: async ({ body, principal }) => told(await publicIncidents.publish({ ...body, by: named(principal) })),
    }),
    route({
      method: "POST",
      path: "/api/status-page/incidents/:id/updates",
      summary: "Tell users how it goes on",
      access: person("operator"),
      params: paramsSchema,
      body: publicUpdateBodySchema,
      replies: { 200: publicIncidentSchema },
      refusals: REFUSALS,
      handle: async ({ params: { id }, body, principal }) =>
        told(await publicIncidents.update(id, { ...body, by: named(principal) })),
    }),
    route({
      method: "POST",
      path: "/api/incidents/:id/status-updates",
      summary: "Tell users about an incident; the first time with a title and the parts that are affected",
      access: person("operator"),
      params: paramsSchema,
      body: statusUpdateBodySchema,
      replies: { 200: publicIncidentSchema },
      refusals: REFUSALS,
      handle: async ({ params: { id }, body, principal }) =>
        told(await publicIncidents.updateOf(id, { ...body, by: named(principal) })),
    }),
  ];
}
