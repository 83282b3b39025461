import { answer, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type Principal, person } from "../../identity/principal.ts";
import { escalationPolicySchema, policyListSchema, putPolicySchema } from "../schema/on-call.ts";
import type { OnCallApi } from "./on-call-api.ts";
import { actorOf, DETAILS, scheduleParamsSchema } from "./schedule-routes.ts";

export function policyRoutes(api: OnCallApi): readonly Route<Principal>[] {
  return [listPolicies(api), putPolicy(api), deletePolicy(api)];
}

/** GET `/api/on-call/policies` */
function listPolicies({ policies }: OnCallApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/on-call/policies",
    summary: "In which order people are told while nobody answers",
    access: person("viewer"),
    replies: { 200: policyListSchema },
    handle: async () => answer(200, { policies: await policies.list() }),
  });
}

/** PUT `/api/on-call/policies/:id` */
function putPolicy({ policies }: OnCallApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/on-call/policies/:id",
    summary: "Make or change an escalation policy",
    access: person("operator"),
    params: scheduleParamsSchema,
    body: putPolicySchema,
    replies: { 200: escalationPolicySchema },
    refusals: { CHANGED_MEANWHILE: 409, UNKNOWN_PERSON: 422, UNKNOWN_SCHEDULE: 422, TOO_MANY: 422 },
    handle: async ({ params: { id }, body: { version, policy: value }, principal }) => {
      const saved = await policies.save({ id, version, value, actor: actorOf(principal) });
      return saved.ok ? answer(200, saved.value) : refuse({ ...saved.refusal, detail: DETAILS[saved.refusal.code] });
    },
  });
}

/** DELETE `/api/on-call/policies/:id` */
function deletePolicy({ policies }: OnCallApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/on-call/policies/:id",
    summary: "Remove an escalation policy: its pages go on by the default one",
    access: person("operator"),
    params: scheduleParamsSchema,
    replies: { 200: z.strictObject({}) },
    refusals: { POLICY_IN_USE: 409 },
    handle: async ({ params, principal }) => {
      const removed = await policies.remove(params.id, actorOf(principal));
      if (removed.ok) return answer(200, {});
      const { code } = removed.refusal;
      return code === "NOT_FOUND" ? refuse({ code }) : refuse({ code, detail: DETAILS[code] });
    },
  });
}
