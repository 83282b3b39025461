import { createTokenSigner, hashParams } from "@assay/platform/auth/access-token";
import { systemClock } from "@assay/platform/clock/clock";
import { answer, route } from "@assay/platform/http/route";
import { systemRandom } from "@assay/platform/random/random";
import { newSigningKey } from "@assay/platform/signing/ed25519";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { MINUTE_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";

const anything = z.unknown();
const SYSTEM = "coinhubx";

/** What the exchange needs of the operations plane, with real keys: tokens, grants, and ears for what it is asked. */
export interface TestPlane extends AsyncDisposable {
  readonly url: string;
  readonly approvals: readonly JsonObject[];
  readonly auditEntries: readonly { readonly action: string }[];
  /** An access token of a person with these roles. */
  token(
    roles: readonly string[],
    more?: { readonly sub?: string; readonly aud?: string; readonly ttlMs?: number },
  ): Promise<string>;
  serviceToken(): Promise<string>;
  grant(action: string, params: JsonObject): Promise<string>;
  /** Stops listening: the plane is out of reach. */
  leave(): Promise<void>;
}

export async function startTestPlane(): Promise<TestPlane> {
  const signer = createTokenSigner({ issuer: "assay", key: newSigningKey(), clock: systemClock, random: systemRandom });
  const approvals: JsonObject[] = [];
  const auditEntries: { action: string }[] = [];
  const open = { summary: "A part of the plane", access: "open" } as const;
  const server = await startTestHttpServer([
    route({
      ...open,
      method: "GET",
      path: "/.well-known/jwks.json",
      replies: { 200: anything },
      handle: async () => answer(200, signer.jwks()),
    }),
    route({
      ...open,
      method: "GET",
      path: "/api/revocations",
      replies: { 200: anything },
      handle: async () => answer(200, { people: [] }),
    }),
    route({
      ...open,
      method: "POST",
      path: "/api/approvals",
      body: z.record(z.string(), z.json()),
      replies: { 201: anything },
      async handle({ body }) {
        approvals.push(body as JsonObject);
        return answer(201, { id: `apr_${approvals.length}`, code: "7QK2-M0ZD", expiresAt: "2030-01-01T00:00:00.000Z" });
      },
    }),
    route({
      ...open,
      method: "POST",
      path: "/api/audit/entries",
      body: z.strictObject({ entries: z.array(z.looseObject({ action: z.string() })) }),
      replies: { 200: anything },
      async handle({ body }) {
        auditEntries.push(...body.entries);
        return answer(200, { receipts: [] });
      },
    }),
  ]);
  const leave = async () => await server[Symbol.asyncDispose]();
  return {
    url: server.url,
    approvals,
    auditEntries,
    token: (roles, { sub = "per_1", aud = SYSTEM, ttlMs = MINUTE_MS } = {}) =>
      signer.sign({ sub, name: "Olivia", kind: "person", roles: [...roles], epoch: 0, aud, ttlMs }),
    serviceToken: () =>
      signer.sign({
        sub: "service:operations",
        name: "operations",
        kind: "service",
        roles: ["viewer", "operator"],
        epoch: 0,
        aud: SYSTEM,
        ttlMs: MINUTE_MS,
      }),
    grant: (action, params) =>
      signer.signGrant({
        sub: "service:operations",
        approvalId: "apr_1",
        action,
        paramsSha256: hashParams(params),
        digest: "a".repeat(64),
        aud: SYSTEM,
        ttlMs: MINUTE_MS,
      }),
    leave,
    [Symbol.asyncDispose]: leave,
  };
}
