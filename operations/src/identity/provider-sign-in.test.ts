import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "@assay/platform/config/secret";
import { sql } from "@assay/platform/storage/sql";
import { startOidcProvider, type TestProvider } from "@assay/platform/testing/oidc-provider";
import { assert } from "@assay/primitives/assert";
import type { Refusal, Result } from "@assay/primitives/result";
import { PASSWORD, PUBLIC_URL, type TestPerson, TestTrust, VISITOR } from "../trust-fixture.ts";
import type { ProviderTrip } from "./provider-sign-in.ts";

const BACK = `${PUBLIC_URL}/api/session/provider/callback`;
const ACCOUNTS = [
  { sub: "ada-1", email: "ada@example.org", email_verified: true },
  { sub: "ada-unverified", email: "ada@example.org", email_verified: false },
  { sub: "eve-1", email: "eve@example.org", email_verified: true },
];

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

class Site implements AsyncDisposable {
  readonly test: TestTrust;
  readonly provider: TestProvider;

  constructor(test: TestTrust, provider: TestProvider) {
    this.test = test;
    this.provider = provider;
  }

  static async start(): Promise<Site> {
    const [clientId, clientSecret] = ["assay", "a secret of the client"];
    const provider = await startOidcProvider({
      clientId,
      clientSecret,
      redirectUrls: () => [BACK],
      accounts: ACCOUNTS,
    });
    const oidc = { issuer: provider.issuer, clientId, clientSecret: new Secret(clientSecret) };
    return new Site(await TestTrust.start({ oidc }), provider);
  }

  get signIn() {
    return this.test.trust.identity.provider;
  }

  /** To the provider and back, as `sub`; the answer of the way back. */
  async goThere(trip: ProviderTrip, sub: string) {
    return new URL(await this.provider.signIn(trip.url, sub)).searchParams;
  }

  async link(person: TestPerson, sub: string) {
    const trip = await this.signIn.beginLink(person.principal, { totp: await person.code() });
    assert(trip.ok, "linking begins");
    const query = await this.goThere(trip.value, sub);
    return await this.signIn.finish({ token: trip.value.token, query }, VISITOR);
  }

  async begin(): Promise<ProviderTrip> {
    const trip = await this.signIn.beginSignIn(VISITOR);
    assert(trip.ok, "signing in begins");
    return trip.value;
  }

  async enter(sub: string) {
    const trip = await this.begin();
    return await this.signIn.finish({ token: trip.token, query: await this.goThere(trip, sub) }, VISITOR);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.test[Symbol.asyncDispose]();
    await this.provider[Symbol.asyncDispose]();
  }
}

test("whoever linked their account signs in with it, without a second factor of ours and without new roles", async () => {
  await using site = await Site.start();
  const ada = await site.test.admin();
  equal(codeOf(await site.enter("ada-1")), "PROVIDER_NOT_LINKED");
  equal(codeOf(await site.link(ada, "ada-1")), "accepted");
  const entered = await site.enter("ada-1");
  assert(entered.ok && entered.value.kind === "signed-in", "the account signs in");
  const { person, session } = entered.value.opened;
  deepEqual([person.id, person.roles, session.steppedUpAt], [ada.id, ada.principal.roles, null]);
  const { people } = site.test.trust.identity;
  const grace = { email: "grace@example.org", name: "Grace", roles: ["viewer"], proof: undefined } as const;
  const principal = { ...ada.principal, sessionId: session.id, steppedUpAt: null };
  equal(codeOf(await people.invite(principal, grace)), "TOTP_REQUIRED");
});

test("an unverified address, another mailbox and an account of somebody else are not linked", async () => {
  await using site = await Site.start();
  const [ada, grace] = [await site.test.admin(), await site.test.person("Grace")];
  equal(codeOf(await site.link(ada, "ada-unverified")), "PROVIDER_EMAIL_NOT_VERIFIED");
  equal(codeOf(await site.link(ada, "eve-1")), "PROVIDER_EMAIL_DIFFERS");
  equal(codeOf(await site.link(grace, "ada-1")), "PROVIDER_EMAIL_DIFFERS");
  equal(codeOf(await site.link(ada, "ada-1")), "accepted");
  equal(codeOf(await site.link(ada, "ada-1")), "PROVIDER_LINKED_ALREADY");
  equal(codeOf(await site.signIn.beginLink({ ...ada.principal, steppedUpAt: null }, undefined)), "TOTP_REQUIRED");
});

test("a stranger and an enrolled person who linked nothing are answered alike, and the log knows the difference", async () => {
  await using site = await Site.start();
  await site.test.admin();
  const [known, stranger] = [await site.enter("ada-1"), await site.enter("eve-1")];
  deepEqual(known, stranger);
  const entries = (await site.test.trust.audit.list({ limit: 10 })).filter(
    ({ action }) => action === "session.refused",
  );
  deepEqual(
    entries.map(({ target, actor }) => [target, actor.name]),
    [
      ["eve-1", "eve@example.org"],
      ["ada-1", "ada@example.org"],
    ],
  );
});

test("the way back works once, in the browser that went, in time, with its own state and nonce", async () => {
  await using site = await Site.start();
  await site.link(await site.test.admin(), "ada-1");
  const [first, second] = [await site.begin(), await site.begin()];
  const query = await site.goThere(first, "ada-1");
  equal(codeOf(await site.signIn.finish({ token: second.token, query }, VISITOR)), "PROVIDER_REFUSED");
  equal(codeOf(await site.signIn.finish({ token: "", query }, VISITOR)), "PROVIDER_TRIP_UNKNOWN");
  equal(codeOf(await site.signIn.finish({ token: first.token, query }, VISITOR)), "accepted");
  equal(codeOf(await site.signIn.finish({ token: first.token, query }, VISITOR)), "PROVIDER_TRIP_UNKNOWN");
  const third = await site.begin();
  const replayed = new URLSearchParams({
    ...Object.fromEntries(query),
    state: new URL(third.url).searchParams.get("state")!,
  });
  equal(codeOf(await site.signIn.finish({ token: third.token, query: replayed }, VISITOR)), "PROVIDER_REFUSED");
  const fourth = await site.begin();
  await site.test.database.database.execute(sql`update oidc_flows set nonce = 'another'`);
  const answer = await site.goThere(fourth, "ada-1");
  equal(codeOf(await site.signIn.finish({ token: fourth.token, query: answer }, VISITOR)), "PROVIDER_REFUSED");
  const slow = await site.begin();
  const late = await site.goThere(slow, "ada-1");
  await site.test.clock.advance(10 * 60_000);
  equal(codeOf(await site.signIn.finish({ token: slow.token, query: late }, VISITOR)), "PROVIDER_TRIP_UNKNOWN");
});

test("an unlinked account and a removed person no longer come in", async () => {
  await using site = await Site.start();
  const [ada, grace] = [await site.test.admin(), await site.test.person("Grace", ["admin"])];
  await site.link(ada, "ada-1");
  equal(codeOf(await site.signIn.unlink(ada.principal)), "accepted");
  equal(codeOf(await site.enter("ada-1")), "PROVIDER_NOT_LINKED");
  await site.link(ada, "ada-1");
  const { people } = site.test.trust.identity;
  equal(codeOf(await people.remove(grace.principal, ada.id, { totp: await grace.code() })), "accepted");
  equal(codeOf(await site.enter("ada-1")), "PROVIDER_NOT_LINKED");
});

test("with the provider down a password still signs in", async () => {
  await using site = await Site.start();
  const ada = await site.test.admin();
  await site.provider[Symbol.asyncDispose]();
  await rejects(site.signIn.beginSignIn(VISITOR), { code: "IDENTITY_PROVIDER_UNAVAILABLE", retryable: true });
  const input = {
    email: ada.principal.email,
    password: PASSWORD,
    totp: await ada.code(),
    transport: "cookie",
  } as const;
  ok((await site.test.trust.identity.signIn.signIn(input, VISITOR)).ok);
});
