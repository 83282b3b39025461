import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import type { Identity } from "../../identity/identity.ts";
import type { InvitedPerson } from "../../identity/people.ts";
import type { Person } from "../../identity/person.ts";
import { type Principal, person } from "../../identity/principal.ts";
import {
  addedPersonSchema,
  addPersonBody,
  changeRolesBody,
  freshTotpBody,
  heldSchema,
  idParams,
  peopleSchema,
  personSchema,
} from "../schema/identity.ts";
import { givenProof } from "./given-proof.ts";
import { personView } from "./person-view.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "./refusal-detail.ts";

export function peopleRoutes(identity: Identity): Route<Principal>[] {
  return [
    listRoute(identity),
    heldRoute(identity),
    addRoute(identity),
    renewRoute(identity),
    changeRolesRoute(identity),
    removeRoute(identity),
  ];
}

async function viewsOf(identity: Identity) {
  const around = { known: await identity.list(), passkeyOwners: await identity.passkeyOwners() };
  return { ...around, view: (person: Person) => personView(person, around) };
}

async function invitedView(identity: Identity, { person: added, enrolmentCode, expiresAt }: InvitedPerson) {
  return { person: (await viewsOf(identity)).view(added), enrolmentCode, expiresAt: formatInstant(expiresAt) };
}

function listRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/people",
    summary: "Who operates, and who did",
    access: person("viewer"),
    replies: { 200: peopleSchema },
    async handle() {
      const { known, view } = await viewsOf(identity);
      return answer(200, { people: known.map(view) });
    },
  });
}

function heldRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/people/:id/held",
    summary: "What ends when somebody is removed",
    access: person("admin"),
    params: idParams,
    replies: { 200: heldSchema },
    async handle({ params }) {
      return answer(200, await identity.heldBy(params.id));
    },
  });
}

function addRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/people",
    summary: "Invite somebody; the one-time enrolment code is in this answer only",
    access: person("admin"),
    body: addPersonBody,
    replies: { 201: addedPersonSchema },
    refusals: { PERSON_EXISTS: 409, SECOND_ADMIN_REQUIRED: 409, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, body }) {
      const { email, name, roles } = body;
      const invited = await identity.people.invite(principal, { email, name, roles, proof: givenProof(body) });
      return invited.ok ? answer(201, await invitedView(identity, invited.value)) : explain(invited);
    },
  });
}

function renewRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/people/:id/invitation",
    summary: "A new enrolment code for somebody who has not enrolled yet",
    access: person("admin"),
    params: idParams,
    body: freshTotpBody,
    replies: { 201: addedPersonSchema },
    refusals: { LAST_ADMIN: 409, SECOND_ADMIN_REQUIRED: 409, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, params, body }) {
      const invited = await identity.people.renewInvitation(principal, params.id, givenProof(body));
      return invited.ok ? answer(201, await invitedView(identity, invited.value)) : explain(invited);
    },
  });
}

function changeRolesRoute(identity: Identity): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/people/:id/roles",
    summary: "Change somebody's roles, with the next call they make",
    access: person("admin"),
    params: idParams,
    body: changeRolesBody,
    replies: { 200: personSchema },
    refusals: { LAST_ADMIN: 409, SECOND_ADMIN_REQUIRED: 409, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, params, body }) {
      const input = { roles: body.roles, proof: givenProof(body) };
      const changed = await identity.people.changeRoles(principal, params.id, input);
      return changed.ok ? answer(200, (await viewsOf(identity)).view(changed.value)) : explain(changed);
    },
  });
}

function removeRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/people/:id/remove",
    summary: "Take all access away, at once and everywhere",
    access: person("admin"),
    params: idParams,
    body: freshTotpBody,
    replies: { 200: personSchema },
    refusals: { LAST_ADMIN: 409, SECOND_ADMIN_REQUIRED: 409, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, params, body }) {
      const removed = await identity.people.remove(principal, params.id, givenProof(body));
      return removed.ok ? answer(200, (await viewsOf(identity)).view(removed.value)) : explain(removed);
    },
  });
}
