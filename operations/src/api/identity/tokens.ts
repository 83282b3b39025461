import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { Identity } from "../../identity/identity.ts";
import { type Principal, person } from "../../identity/principal.ts";
import { jwksSchema, revocationsSchema, serviceKeysSchema, tokenBody, tokenSchema } from "../schema/identity.ts";

export function tokenRoutes(identity: Identity): Route<Principal>[] {
  return [mintRoute(identity), jwksRoute(identity), revocationsRoute(identity), serviceKeysRoute(identity)];
}

function mintRoute(identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/tokens",
    summary: "An access token for one system, good for five minutes",
    access: person("viewer"),
    body: tokenBody,
    replies: { 201: tokenSchema },
    async handle({ principal, body }) {
      const minted = await identity.tokens.forPerson(principal.personId, body.audience);
      if (minted === undefined) return refuse({ code: "FORBIDDEN" });
      return answer(201, { token: minted.token, expiresAt: formatInstant(minted.expiresAt) });
    },
  });
}

function jwksRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/.well-known/jwks.json",
    summary: "The keys with which tokens and grants are verified (RFC 7517)",
    access: "open",
    replies: { 200: jwksSchema },
    async handle() {
      const keys = identity.tokens.jwks().keys.map((key) => key as Record<string, string>);
      return answer(200, { keys }, { "cache-control": "public, max-age=300" });
    },
  });
}

function revocationsRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/revocations",
    summary: "The present epoch of everybody whose earlier tokens are no longer good",
    access: "open",
    replies: { 200: revocationsSchema },
    async handle() {
      return answer(200, { people: await identity.tokens.revocations() });
    },
  });
}

function serviceKeysRoute(identity: Identity): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/service-keys",
    summary: "The services that hold a key to the plane; their keys are settings",
    access: person("admin"),
    replies: { 200: serviceKeysSchema },
    async handle() {
      return answer(200, { services: identity.serviceKeys.names.map((name) => ({ name })) });
    },
  });
}
