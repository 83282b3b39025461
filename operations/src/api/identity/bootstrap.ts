import { answer, route } from "@assay/platform/http/route";
import { forgetBootstrapCode } from "../../identity/bootstrap-code.ts";
import type { Identity } from "../../identity/identity.ts";
import { bootstrapBody, doneSchema, enrolBody } from "../schema/identity.ts";
import { explain } from "./refusal-detail.ts";

/** The first person, with the one-time code of an empty database. */
export function bootstrapRoute(identity: Identity, bootstrapPath: string) {
  return route({
    method: "POST",
    path: "/api/bootstrap",
    summary: "Make the first person, with the one-time code of the first start",
    access: "open",
    body: bootstrapBody,
    replies: { 201: doneSchema },
    refusals: { CODE_NOT_VALID: 403 },
    async handle({ body, remoteAddress }) {
      const made = await identity.people.bootstrap(body, remoteAddress);
      if (!made.ok) return explain(made);
      await forgetBootstrapCode(bootstrapPath);
      return answer(201, { done: true as const });
    },
  });
}

export function enrolRoute(identity: Identity) {
  return route({
    method: "POST",
    path: "/api/people/enrol",
    summary: "Enrol with the one-time code of an invitation, and choose a password",
    access: "open",
    body: enrolBody,
    replies: { 201: doneSchema },
    refusals: { CODE_NOT_VALID: 403 },
    async handle({ body, remoteAddress }) {
      const enrolled = await identity.people.enrol(body, remoteAddress);
      return enrolled.ok ? answer(201, { done: true as const }) : explain(enrolled);
    },
  });
}
