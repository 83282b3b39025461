import { addedPersonSchema, heldSchema, peopleSchema, personSchema } from "@assay/operations/api/schema/identity";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";

export const ROLES = ["viewer", "operator", "approver", "compliance", "auditor", "admin"];
/** With any of these a person takes part in signing; where there are two admins, others agree to them. */
const SIGNING_ROLES = ["operator", "approver", "compliance", "admin"];

export type PersonView = z.infer<typeof personSchema>;

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: async () => (await request("/api/people", { schema: peopleSchema })).people,
});

export const heldQuery = (id: string) =>
  queryOptions({
    queryKey: ["people", id, "held"],
    queryFn: async () => await request(`/api/people/${id}/held`, { schema: heldSchema }),
  });

/** Whether somebody else must agree to these roles; the server decides, this only shows it beforehand. */
export function needsOthers(roles: readonly string[], people: readonly PersonView[]): boolean {
  const admins = people.filter(({ state, roles: held }) => state === "active" && held.includes("admin"));
  return admins.length > 1 && roles.some((role) => SIGNING_ROLES.includes(role));
}

interface Newcomer {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly stepUp: StepUpProofView | undefined;
}

export function addPerson({ stepUp, ...newcomer }: Newcomer) {
  const body = stepUp === undefined ? newcomer : { ...newcomer, stepUp };
  return request("/api/people", { method: "POST", body, schema: addedPersonSchema });
}

/** A new enrolment code for somebody who has not enrolled. */
export function renewInvitation(id: string, stepUp: StepUpProofView | undefined) {
  const body = stepUp === undefined ? {} : { stepUp };
  return request(`/api/people/${id}/invitation`, { method: "POST", body, schema: addedPersonSchema });
}

export function changeRoles(id: string, roles: readonly string[], stepUp: StepUpProofView | undefined) {
  const body = stepUp === undefined ? { roles } : { roles, stepUp };
  return request(`/api/people/${id}/roles`, { method: "PUT", body, schema: personSchema });
}

export function removePerson(id: string, stepUp: StepUpProofView | undefined) {
  const body = stepUp === undefined ? {} : { stepUp };
  return request(`/api/people/${id}/remove`, { method: "POST", body, schema: personSchema });
}
