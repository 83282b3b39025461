import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { createTokenVerifier } from "@assay/platform/auth/access-token";
import { bearerToken } from "@assay/platform/auth/bearer";
import { totpCode } from "@assay/platform/auth/totp";
import { remoteKeys } from "@assay/platform/auth/verification-keys";
import { answer, route } from "@assay/platform/http/route";
import { startTestHttpServer, type TestHttpServer } from "@assay/platform/testing/test-http-server";
import { sha256Hex } from "@assay/primitives/hash";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";
import { approvalBytes, type BoundAction } from "../approvals/approval-digest.ts";
import { verifyBundle } from "../audit/verify-bundle.ts";
import { catalogueAction, describeAction, PASSWORD, TestTrust } from "../trust-fixture.ts";

/** A browser: keeps its cookie, and sends JSON. */
class Browser {
  readonly #url: string;
  cookie = "";

  constructor(url: string) {
    this.#url = url;
  }

  /** `POST /api/session` */
  async call(what: string, body?: object, headers: Record<string, string> = {}) {
    const [method = "", path = ""] = what.split(" ");
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.cookie === "" ? {} : { cookie: this.cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const set = response.headers.get("set-cookie");
    if (set !== null) this.cookie = set.split(";")[0]!;
    const text = await response.text();
    return { status: response.status, set, text, body: JSON.parse(text) };
  }
}

interface Site extends AsyncDisposable {
  readonly test: TestTrust;
  readonly plane: TestHttpServer;
  readonly performed: JsonObject[];
}

/** The plane and a system on real sockets; the system believes only grants that the plane's published keys verify. */
async function startSite(): Promise<Site> {
  const resources = new AsyncDisposableStack();
  const test = resources.use(await TestTrust.start({ transport: "http" }));
  const plane = resources.use(
    await startTestHttpServer(test.trust.routes, { authenticate: test.trust.authenticate, clock: test.clock }),
  );
  const verifier = createTokenVerifier({
    issuer: "assay",
    audience: "coinhubx",
    keys: remoteKeys({ jwksUrl: `${plane.url}/.well-known/jwks.json`, clock: test.clock }),
    clock: test.clock,
  });
  const performed: JsonObject[] = [];
  const system = resources.use(
    await startTestHttpServer([
      route({
        method: "POST",
        path: "/ops/actions/:name",
        summary: "Run an action",
        access: "open",
        params: z.strictObject({ name: z.string() }),
        body: z.looseObject({ params: z.record(z.string(), z.json()), approval: z.object({ digest: z.string() }) }),
        replies: { 200: z.object({ success: z.boolean() }) },
        refusals: { APPROVAL_INVALID: 403 },
        async handle({ params, body, headers }) {
          const asked = { action: params.name, params: body.params as JsonObject };
          const grant = await verifier.verifyGrant(bearerToken(headers) ?? "", asked);
          if (!grant.ok) return grant;
          performed.push({ ...asked, digest: body.approval.digest, granted: grant.value.digest });
          return answer(200, { success: true });
        },
      }),
    ]),
  );
  test.catalogue = ["enable", "disable"].map((verb) => ({
    ...catalogueAction(
      describeAction(
        `coinhubx.trading.${verb}`,
        verb === "disable" ? { people: 1, roles: ["operator"], direction: "stop" } : {},
      ),
    ),
    url: system.url,
  }));
  return { test, plane, performed, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Signs in, sets an authenticator up, and signs in with it. */
async function enter({ test, plane }: Site, email: string) {
  const browser = new Browser(plane.url);
  equal((await browser.call("POST /api/session", { email, password: PASSWORD })).status, 201);
  const { body } = await browser.call("POST /api/totp/setup", {});
  const { secret, uri } = body as { secret: string; uri: string };
  match(uri, /^otpauth:\/\/totp\//);
  const code = async () => {
    await test.clock.advance(30_000);
    return totpCode(secret, test.clock.now());
  };
  equal((await browser.call("POST /api/totp/confirm", { code: await code() })).status, 200);
  return { browser, code, secret };
}

async function bootstrapped(site: Site) {
  const browser = new Browser(site.plane.url);
  const ada = { email: "ada@example.org", name: "Ada", password: PASSWORD };
  const code = await site.test.bootstrapCode();
  equal((await browser.call("POST /api/bootstrap", { ...ada, code })).status, 201);
  equal((await browser.call("POST /api/bootstrap", { ...ada, code })).body.code, "CODE_NOT_VALID");
  return await enter(site, ada.email);
}

async function colleague(site: Site, admin: Awaited<ReturnType<typeof enter>>, name: string) {
  const email = `${name.toLowerCase()}@example.org`;
  const invite = { email, name, roles: ["operator", "approver"], totp: await admin.code() };
  const invited = await admin.browser.call("POST /api/people", invite);
  equal(invited.status, 201);
  const enrolling = { code: invited.body.enrolmentCode, password: PASSWORD };
  equal((await new Browser(site.plane.url).call("POST /api/people/enrol", enrolling)).status, 201);
  return { ...(await enter(site, email)), id: invited.body.person.id as string };
}

test("from the first code to an action of two people, over HTTP, with a grant that the system verifies by itself", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const grace = await colleague(site, ada, "Grace");
  const order = { action: "coinhubx.trading.enable", params: { market: "ETH-USDT" }, reason: "the books agree" };
  const asked = await ada.browser.call("POST /api/actions", { ...order, totp: await ada.code() });
  equal(asked.status, 202);
  const { approval } = asked.body as { approval: { id: string; bound: BoundAction; digest: string; code: string } };
  const shown = await grace.browser.call(`GET /api/approvals/${approval.id}`);
  const digest = sha256Hex(approvalBytes(shown.body.bound));
  equal(digest, approval.digest);
  const done = await grace.browser.call(`POST /api/approvals/${approval.id}/approve`, {
    totp: await grace.code(),
    digest,
  });
  deepEqual([done.status, done.body.state, done.body.outcome.code], [200, "executed", "DONE"]);
  deepEqual(site.performed, [{ action: order.action, params: order.params, digest, granted: digest }]);
  const again = await grace.browser.call(`POST /api/approvals/${approval.id}/approve`, {
    totp: await grace.code(),
    digest,
  });
  deepEqual([again.status, again.body.code], [409, "APPROVAL_NOT_PENDING"]);
  match(again.body.detail, /does not wait/);
});

test("one person stops at once, and starting again asks a second one", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const order = { action: "coinhubx.trading.disable", reason: "prices are wrong" };
  equal((await ada.browser.call("POST /api/actions", { ...order, totp: "000000" })).body.code, "BAD_TOTP");
  const stopped = await ada.browser.call("POST /api/actions", { ...order, totp: await ada.code() });
  deepEqual([stopped.status, stopped.body.status], [200, "executed"]);
  // The session was stepped up a moment ago: nobody waits for a code to stop something else.
  equal((await ada.browser.call("POST /api/actions", order)).body.status, "executed");
  await site.test.clock.advance(5 * 60_000);
  const late = await ada.browser.call("POST /api/actions", order);
  deepEqual([late.status, late.body.code], [403, "TOTP_REQUIRED"]);
  const wrong = await ada.browser.call("POST /api/actions", { ...order, params: { markt: 1 } });
  deepEqual([wrong.status, wrong.body.code, wrong.body.errors[0].path], [422, "INVALID_PARAMS", "params.markt"]);
  const policies = await ada.browser.call("GET /api/policies");
  deepEqual(
    policies.body.policies
      .filter(({ system }: { system: string }) => system === "coinhubx")
      .map(({ action, people }: { action: string; people: number }) => [action, people]),
    [
      ["coinhubx.trading.enable", 2],
      ["coinhubx.trading.disable", 1],
    ],
  );
});

test("a system asks on behalf of the person who called it, and only that person confirms", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const grace = await colleague(site, ada, "Grace");
  const minted = await ada.browser.call("POST /api/tokens", { audience: "coinhubx" });
  equal(minted.status, 201);
  const order = { action: "coinhubx.trading.enable", params: {}, reason: "the books agree" };
  const key = { authorization: "Bearer a-key-of-coinhubx" };
  const system = new Browser(site.plane.url);
  const ask = (requesterToken: string, action = order.action) =>
    system.call("POST /api/approvals", { ...order, action, requesterToken }, key);
  const asked = await ask(minted.body.token);
  deepEqual([asked.status, asked.body.state, asked.body.bound.requester.name], [202, "awaiting_requester", "Ada"]);
  equal((await ask("forged")).body.code, "REQUESTER_TOKEN_INVALID");
  const other = await ada.browser.call("POST /api/tokens", { audience: "coinscious" });
  equal((await ask(other.body.token)).body.code, "REQUESTER_TOKEN_INVALID");
  equal((await system.call("POST /api/approvals", order, key)).status, 400);
  equal((await ada.browser.call("POST /api/approvals", { ...order, requesterToken: "x" })).status, 403);
  const path = `/api/approvals/${asked.body.id}`;
  const notHers = await grace.browser.call(`POST ${path}/confirm`, { totp: await grace.code() });
  equal(notHers.body.code, "NOT_THE_REQUESTER");
  const confirmed = await ada.browser.call(`POST ${path}/confirm`, { totp: await ada.code() });
  equal(confirmed.body.state, "pending");
  const open = await grace.browser.call("GET /api/approvals?state=open");
  equal(open.body.approvals.length, 1);
  equal((await grace.browser.call(`POST ${path}/refuse`, { reason: "not yet" })).body.state, "refused");
  equal((await grace.browser.call("GET /api/approvals?state=open")).body.approvals.length, 0);
});

test("a removed operator's next call is refused, and systems are told", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const grace = await colleague(site, ada, "Grace");
  equal((await grace.browser.call("GET /api/session")).body.person.totp, true);
  const removed = await ada.browser.call(`POST /api/people/${grace.id}/remove`, { totp: await ada.code() });
  equal(removed.body.state, "removed");
  equal((await grace.browser.call("GET /api/session")).status, 401);
  const told = await new Browser(site.plane.url).call("GET /api/revocations");
  deepEqual(told.body, { people: [{ sub: grace.id, epoch: 1 }] });
});

test("the session cookie is out of reach of scripts and other sites, and signing out ends it", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const other = new Browser(site.plane.url);
  const signIn = { email: "ada@example.org", password: PASSWORD };
  equal((await other.call("POST /api/session", signIn)).body.code, "TOTP_REQUIRED");
  const opened = await other.call("POST /api/session", { ...signIn, totp: await ada.code() });
  match(opened.set!, /^assay_session=ses_[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  equal("token" in opened.body, false);
  const crossed = await other.call("DELETE /api/session", undefined, { "sec-fetch-site": "same-site" });
  equal(crossed.body.code, "CROSS_SITE_REQUEST");
  const list = await other.call("GET /api/session/list");
  equal(list.body.sessions.filter(({ current }: { current: boolean }) => current).length, 1);
  const stolen = other.cookie;
  equal((await other.call("DELETE /api/session")).status, 200);
  other.cookie = stolen;
  equal((await other.call("GET /api/session")).status, 401);
  equal((await ada.browser.call("GET /api/session")).status, 200);
  const bearer = await new Browser(site.plane.url).call("POST /api/session", {
    ...signIn,
    totp: await ada.code(),
    transport: "bearer",
  });
  equal(bearer.set, null);
  const authorization = `Bearer ${bearer.body.token}`;
  equal((await new Browser(site.plane.url).call("GET /api/session", undefined, { authorization })).status, 200);
});

test("an export over HTTP verifies offline, and one changed byte does not", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const key = { authorization: "Bearer a-key-of-coinhubx" };
  const entry = {
    actor: { kind: "customer", id: "cus_1", name: 'Mallory"}\n{"action":"forged' },
    action: "coinhubx.customer.signed_in",
    target: "cus_1",
    details: { userAgent: "x\ny" },
  };
  const system = new Browser(site.plane.url);
  equal((await system.call("POST /api/audit/entries", { entries: [entry] }, key)).status, 201);
  const foreign = { ...entry, action: "operations.people.removed" };
  equal((await system.call("POST /api/audit/entries", { entries: [foreign] }, key)).status, 403);
  const checkpoint = await ada.browser.call("GET /api/audit/checkpoint");
  const state = await ada.browser.call("GET /api/audit/state");
  deepEqual(state.body, { problem: null, witnesses: [], retentionDays: 2_557 });
  const grown = await ada.browser.call("GET /api/audit/consistency?from=1");
  deepEqual([grown.body.from, grown.body.to >= checkpoint.body.size], [1, true]);
  equal((await ada.browser.call("GET /api/audit/consistency?from=9&to=2")).body.code, "RANGE_NOT_IN_LOG");
  const { text } = await ada.browser.call("GET /api/audit/export");
  const options = { verifierKey: checkpoint.body.verifierKey, earlier: checkpoint.body.note };
  const bundle = Buffer.from(text);
  const verified = await verifyBundle([bundle], options);
  ok(verified.ok);
  equal(verified.value.size, checkpoint.body.size + 1);
  for (const at of [3, Math.floor(bundle.length / 2), bundle.length - 20]) {
    const changed = Buffer.from(bundle);
    changed[at]! ^= 1;
    equal((await verifyBundle([changed], options)).ok, false);
  }
  const found = await ada.browser.call("GET /api/audit?q=Mallory");
  deepEqual(
    found.body.entries.map(({ action }: { action: string }) => action),
    ["coinhubx.customer.signed_in"],
  );
  notEqual((await system.call("GET /api/audit")).status, 200);
});

test("an admin with viewer rights alone, a stranger and a service see what they may", async () => {
  await using site = await startSite();
  const ada = await bootstrapped(site);
  const stranger = new Browser(site.plane.url);
  for (const path of ["/api/people", "/api/approvals", "/api/audit", "/api/policies", "/api/session"]) {
    equal((await stranger.call(`GET ${path}`)).status, 401, path);
  }
  const key = { authorization: "Bearer a-key-of-coinhubx" };
  equal((await stranger.call("GET /api/people", undefined, key)).status, 403);
  deepEqual((await ada.browser.call("GET /api/service-keys")).body, { services: [{ name: "coinhubx" }] });
  const people = await ada.browser.call("GET /api/people");
  deepEqual(Object.keys(people.body.people[0]).sort(), [
    "createdAt",
    "email",
    "id",
    "invitedBy",
    "name",
    "removedAt",
    "roles",
    "secondFactor",
    "state",
  ]);
});
