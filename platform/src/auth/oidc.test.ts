import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { assert } from "@assay/primitives/assert";
import { Secret } from "../config/secret.ts";
import { MovedClock } from "../testing/moved-clock.ts";
import { startOidcProvider } from "../testing/oidc-provider.ts";
import { OidcClient } from "./oidc.ts";

const BACK = "http://127.0.0.1:3000/api/session/oidc/callback";
const ADA = { sub: "ada-1", email: "ada@example.org", email_verified: true };

async function startProvider() {
  const [clientId, clientSecret] = ["assay", "a secret of the client"];
  const provider = await startOidcProvider({ clientId, clientSecret, redirectUrls: () => [BACK], accounts: [ADA] });
  const settings = { issuer: provider.issuer, clientId, clientSecret: new Secret(clientSecret) };
  const client = new OidcClient(settings, new MovedClock());
  return { provider, client, settings, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() };
}

function reasonOf(result: Awaited<ReturnType<OidcClient["finish"]>>): string {
  return result.ok ? "accepted" : result.refusal.reason;
}

test("the provider vouches for a subject with a verified address, and its code works once", async () => {
  await using site = await startProvider();
  const { url, flow } = await site.client.begin(BACK);
  match(url, /code_challenge_method=S256/);
  const back = await site.provider.signIn(url, ADA.sub);
  const vouched = await site.client.finish(flow, back);
  assert(vouched.ok, "the provider vouches");
  const { issuer } = site.provider;
  deepEqual(vouched.value, { issuer, subject: ADA.sub, email: ADA.email, isEmailVerified: true });
  equal(reasonOf(await site.client.finish(flow, back)), "invalid_grant");
});

test("another state, nonce, verifier or issuer is refused", async () => {
  await using site = await startProvider();
  const attempt = async (change: (given: { flow: object; back: URL }) => void) => {
    const { url, flow } = await site.client.begin(BACK);
    const given = { flow: { ...flow }, back: new URL(await site.provider.signIn(url, ADA.sub)) };
    change(given);
    return reasonOf(await site.client.finish(given.flow as typeof flow, given.back.href));
  };
  equal(await attempt(() => undefined), "accepted");
  match(await attempt(({ flow }) => Object.assign(flow, { state: "another" })), /^OAUTH_/);
  match(await attempt(({ flow }) => Object.assign(flow, { nonce: "another" })), /^OAUTH_/);
  equal(await attempt(({ flow }) => Object.assign(flow, { codeVerifier: "x".repeat(43) })), "invalid_grant");
  match(await attempt(({ back }) => back.searchParams.set("iss", "http://127.0.0.1:1")), /^OAUTH_/);
  match(await attempt(({ back }) => back.searchParams.delete("iss")), /^OAUTH_/);
  equal(await attempt(({ back }) => back.searchParams.set("error", "access_denied")), "access_denied");
});

test("a provider that is away, or says another name, is a failure that may pass", async () => {
  const site = await startProvider();
  const elsewhere = site.settings.issuer.replace("127.0.0.1", "localhost");
  const misnamed = new OidcClient({ ...site.settings, issuer: elsewhere }, new MovedClock());
  await rejects(misnamed.begin(BACK), { code: "IDENTITY_PROVIDER_UNAVAILABLE", retryable: true });
  const { url, flow } = await site.client.begin(BACK);
  const back = await site.provider.signIn(url, ADA.sub);
  await site[Symbol.asyncDispose]();
  await rejects(site.client.finish(flow, back), { code: "IDENTITY_PROVIDER_UNAVAILABLE" });
  await rejects(new OidcClient(site.settings, new MovedClock()).begin(BACK), { code: "IDENTITY_PROVIDER_UNAVAILABLE" });
});
