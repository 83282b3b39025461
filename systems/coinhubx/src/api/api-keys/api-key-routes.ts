import { answer, type Route, route } from "@assay/platform/http/route";
import { DAY_MS, formatInstant } from "@assay/primitives/instant";
import { z } from "zod";
import type { ApiKey } from "../../customers/api-key.ts";
import type { ApiKeys } from "../../customers/api-keys.ts";
import { customer, signedInCustomer } from "../access.ts";
import { toldRefusal } from "../closed-switch.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import {
  type apiKeySchema,
  apiKeysSchema,
  createApiKeyInputSchema,
  createdApiKeySchema,
  deleteApiKeyInputSchema,
} from "../schema/api-keys.ts";
import { successSchema } from "../schema/auth.ts";
import { lineSchema } from "../schema/text.ts";

const keyParams = z.strictObject({ id: lineSchema(64) });

export function apiKeyRoutes(keys: ApiKeys): Route<Principal>[] {
  return [listKeys(keys), createKey(keys), deleteKey(keys)];
}

function listKeys(keys: ApiKeys): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/api-keys",
    summary: "The caller's API keys, without their secrets",
    access: customer("read"),
    replies: { 200: apiKeysSchema },
    async handle({ principal }) {
      const found = await keys.list(principal.customerId);
      return answer(200, { success: true as const, api_keys: found.map(keyView) });
    },
  });
}

function createKey(keys: ApiKeys): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/api-keys",
    summary: "Create an API key; its secret is in this answer only",
    access: signedInCustomer,
    body: createApiKeyInputSchema,
    replies: { 201: createdApiKeySchema },
    refusals: { TOO_MANY_KEYS: 409, BAD_TOTP: 403, MAINTENANCE: 503 },
    async handle({ principal, body }) {
      const created = await keys.create(principal.customerId, {
        name: body.name,
        scopes: body.scopes,
        allowedNetworks: body.allowed_networks,
        lifeMs: body.expires_in_days * DAY_MS,
        totp: body.totp_code,
      });
      if (created.ok) {
        const { key, token } = created.value;
        return answer(201, { success: true as const, ...keyView(key), api_key: token });
      }
      const { refusal } = created;
      switch (refusal.code) {
        case "ADDRESS_LIST_REQUIRED":
          return invalidField("body.allowed_networks", "must not be empty for a key that may withdraw");
        case "NOT_A_NETWORK":
          return invalidField("body.allowed_networks", "holds something that is neither an address nor a network");
        case "KEY_LIFE_TOO_LONG":
          return invalidField("body.expires_in_days", "is more than 365");
        default:
          return toldRefusal(refusal);
      }
    },
  });
}

function deleteKey(keys: ApiKeys): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/api-keys/:id",
    summary: "Delete an API key; it stops working at once",
    access: signedInCustomer,
    params: keyParams,
    body: deleteApiKeyInputSchema,
    replies: { 200: successSchema },
    refusals: { BAD_TOTP: 403, MAINTENANCE: 503 },
    async handle({ principal, params, body }) {
      const deleted = await keys.delete(principal.customerId, { id: params.id, totp: body.totp_code });
      return deleted.ok ? answer(200, { success: true as const }) : toldRefusal(deleted.refusal);
    },
  });
}

function keyView(key: ApiKey): z.input<typeof apiKeySchema> {
  return {
    key_id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    allowed_networks: [...key.allowedNetworks],
    created_at: formatInstant(key.createdAt),
    expires_at: formatInstant(key.expiresAt),
    last_used_at: key.lastUsedAt === undefined ? null : formatInstant(key.lastUsedAt),
  };
}
