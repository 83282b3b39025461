import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, type Instant, parseInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { ApiKey } from "../../identity/api-key-store.ts";
import type { ApiKeys } from "../../identity/api-keys.ts";
import { type Principal, person, signedIn } from "../../identity/principal.ts";
import { type ApiKeyView, apiKeysSchema, createApiKeyBody, createdApiKeySchema } from "../schema/api-keys.ts";
import { doneSchema, idParams } from "../schema/identity.ts";
import { givenProof } from "./given-proof.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "./refusal-detail.ts";

export function apiKeyRoutes(apiKeys: ApiKeys, now: () => Instant): Route<Principal>[] {
  return [listRoute(apiKeys, now), createRoute(apiKeys, now), revokeRoute(apiKeys)];
}

function apiKeyView(key: ApiKey, now: Instant): ApiKeyView {
  const { id, name, prefix, scopes, createdAt, createdBy, expiresAt, lastUsedAt, revokedAt } = key;
  return {
    ...{ id, name, prefix, createdBy, scopes: [...scopes] },
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : formatInstant(lastUsedAt),
    revokedAt: revokedAt === null ? null : formatInstant(revokedAt),
    state: revokedAt !== null ? "revoked" : expiresAt <= now ? "expired" : "active",
  };
}

function listRoute(apiKeys: ApiKeys, now: () => Instant): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/api-keys",
    summary: "Keys of machines: all for admins and auditors, their own for others",
    access: signedIn,
    replies: { 200: apiKeysSchema },
    async handle({ principal }) {
      return answer(200, { keys: (await apiKeys.list(principal)).map((key) => apiKeyView(key, now())) });
    },
  });
}

function createRoute(apiKeys: ApiKeys, now: () => Instant): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/api-keys",
    summary: "Make a key for a machine; it is in this answer only",
    access: person("admin"),
    body: createApiKeyBody,
    replies: { 201: createdApiKeySchema },
    refusals: { END_NOT_VALID: 400, TOO_MANY_KEYS: 409, ...SECOND_FACTOR_REFUSALS },
    async handle({ principal, body }) {
      const expiresAt = parseInstant(body.expiresAt);
      if (!expiresAt.ok) return explain(refuse({ code: "END_NOT_VALID" }));
      const { name, scopes } = body;
      const input = { name, scopes, expiresAt: expiresAt.value, proof: givenProof(body) };
      const created = await apiKeys.create(principal, input);
      if (!created.ok) return explain(created);
      return answer(201, { apiKey: apiKeyView(created.value.apiKey, now()), key: created.value.key });
    },
  });
}

function revokeRoute(apiKeys: ApiKeys): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/api-keys/:id/revoke",
    summary: "End a key at once: its owner or an admin",
    access: signedIn,
    params: idParams,
    replies: { 200: doneSchema },
    async handle({ principal, params }) {
      const revoked = await apiKeys.revoke(principal, params.id);
      return revoked.ok ? answer(200, { done: true as const }) : revoked;
    },
  });
}
