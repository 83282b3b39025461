import { answer, type Route, route } from "@assay/platform/http/route";
import { type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type PersonPrincipal, type Principal, person } from "../../identity/principal.ts";
import type { Incident } from "../../incidents/incident.ts";
import type { DeskRefusal } from "../../incidents/incident-desk.ts";
import {
  declareBodySchema,
  incidentRoleSchema,
  incidentSchema,
  linkBodySchema,
  mergeBodySchema,
  reopenBodySchema,
  roleBodySchema,
  severityBodySchema,
  waiverBodySchema,
} from "../schema/incidents.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { DESK_REFUSALS, findPerson, type IncidentApi, named } from "./incident-api.ts";
import { incidentView } from "./incident-view.ts";

type Change = Result<Incident, DeskRefusal | { readonly code: "PERSON_NOT_FOUND"; readonly detail?: string }>;

/** What people do with incidents besides moving them on and writing notes. */
export function deskRoutes(api: IncidentApi): readonly Route<Principal>[] {
  const { desk, directory } = api;
  const change = <Body extends z.ZodType>(
    path: `/${string}`,
    declared: {
      readonly summary: string;
      readonly body: Body;
      readonly work: (id: string, body: z.output<Body>, principal: PersonPrincipal) => Promise<Change>;
    },
  ) => changeRoute(api, path, declared);
  return [
    declareIncident(api),
    change("/api/incidents/:id/severity", {
      summary: "Change how bad an incident is",
      body: severityBodySchema,
      work: (id, { severity, reason }, by) => desk.changeSeverity(id, { to: severity, reason, by: named(by) }),
    }),
    change("/api/incidents/:id/merge", {
      summary: "End an incident that goes on in another one",
      body: mergeBodySchema,
      work: (id, { into, reason }, by) => desk.merge(id, { into, reason, by: named(by) }),
    }),
    change("/api/incidents/:id/roles", {
      summary: "Give somebody a role in an incident",
      body: roleBodySchema,
      work: async (id, { role, personId }, by) => {
        const holder = await findPerson(directory, personId);
        if (holder === undefined) return refuse({ code: "PERSON_NOT_FOUND", detail: "Nobody here has this id." });
        return await desk.giveRole(id, { role, person: holder, by: named(by) });
      },
    }),
    removeRole(api),
    change("/api/incidents/:id/links", {
      summary: "Say that an alert, run, approval, flag or deploy belongs to an incident",
      body: linkBodySchema,
      work: (id, link, by) => desk.link(id, { ...link, by: named(by) }),
    }),
    change("/api/incidents/:id/reopen", {
      summary: "Open a resolved incident again, within 24 hours",
      body: reopenBodySchema,
      work: (id, { reason }, by) => desk.reopen(id, { reason, by: named(by) }),
    }),
    change("/api/incidents/:id/waive-post-mortem", {
      summary: "Say why an incident gets no post-mortem",
      body: waiverBodySchema,
      work: (id, { reason }, by) => desk.waivePostMortem(id, { reason, by: named(by) }),
    }),
  ];
}

function changeRoute<Body extends z.ZodType>(
  { clock }: IncidentApi,
  path: `/${string}`,
  {
    summary,
    body,
    work,
  }: {
    readonly summary: string;
    readonly body: Body;
    readonly work: (id: string, body: z.output<Body>, principal: PersonPrincipal) => Promise<Change>;
  },
): Route<Principal> {
  return route({
    ...{ method: "POST", path, summary, body },
    access: person("operator"),
    params: incidentParamsSchema,
    replies: { 200: incidentSchema },
    refusals: DESK_REFUSALS,
    handle: async (call) => {
      const changed = await work(call.params.id, call.body, call.principal);
      return changed.ok ? answer(200, incidentView(changed.value, { now: clock.now() })) : changed;
    },
  });
}

/** POST `/api/incidents`: a person saw it first. */
function declareIncident({ desk, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/incidents",
    summary: "Declare an incident that no alert has found",
    access: person("operator"),
    body: declareBodySchema,
    replies: { 201: incidentSchema },
    handle: async ({ body, principal }) => {
      const incident = await desk.declare({ ...body, by: named(principal) });
      return answer(201, incidentView(incident, { now: clock.now() }));
    },
  });
}

const roleParamsSchema = incidentParamsSchema.extend({ role: incidentRoleSchema, personId: z.string().max(64) });

function removeRole({ desk, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/incidents/:id/roles/:role/:personId",
    summary: "Take a role back",
    access: person("operator"),
    params: roleParamsSchema,
    replies: { 200: incidentSchema },
    refusals: DESK_REFUSALS,
    handle: async ({ params: { id, role, personId }, principal }) => {
      const taken = await desk.takeRole(id, { role, personId, by: named(principal) });
      return taken.ok ? answer(200, incidentView(taken.value, { now: clock.now() })) : taken;
    },
  });
}
