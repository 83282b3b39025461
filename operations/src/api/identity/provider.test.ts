import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "@assay/platform/config/secret";
import { startOidcProvider } from "@assay/platform/testing/oidc-provider";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { PUBLIC_URL, TestTrust } from "../../trust-fixture.ts";

const CLIENT = { clientId: "assay", clientSecret: "a secret of the client" };
const EVE = { sub: "eve-1", email: "eve@example.org", email_verified: true };

async function startSite() {
  await using resources = new AsyncDisposableStack();
  const redirectUrls = () => [`${PUBLIC_URL}/api/session/provider/callback`];
  const provider = resources.use(await startOidcProvider({ ...CLIENT, redirectUrls, accounts: [EVE] }));
  const oidc = { issuer: provider.issuer, clientId: CLIENT.clientId, clientSecret: new Secret(CLIENT.clientSecret) };
  const test = resources.use(await TestTrust.start({ oidc }));
  const { routes, authenticate } = test.trust;
  const plane = resources.use(await startTestHttpServer(routes, { authenticate, clock: test.clock }));
  const running = resources.move();
  return { provider, plane, test, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

type Site = Awaited<ReturnType<typeof startSite>>;

async function begin({ plane }: Site) {
  const answer = await fetch(`${plane.url}/api/session/provider`, { method: "POST" });
  return {
    status: answer.status,
    body: (await answer.json()) as { url: string },
    cookie: answer.headers.get("set-cookie") ?? "",
  };
}

/** The browser that went comes back. */
async function comeBack({ plane }: Site, query: string, cookie: string) {
  const path = `${plane.url}/api/session/provider/callback${query}`;
  const answer = await fetch(path, { redirect: "manual", headers: { cookie: cookie.split(";")[0]! } });
  return { status: answer.status, location: answer.headers.get("location"), set: answer.headers.getSetCookie() };
}

test("the way back is bound to the browser by a cookie that scripts cannot read, and ends on a page of ours", async () => {
  await using site = await startSite();
  const { status, body, cookie } = await begin(site);
  equal(status, 201);
  match(cookie, /^assay_trip=[\w-]+; Path=\/api\/session\/provider; Max-Age=600; HttpOnly; SameSite=Lax$/);
  const { search } = new URL(await site.provider.signIn(body.url, EVE.sub));
  const foreign = await comeBack(site, search, "assay_trip=another");
  equal(foreign.location, "/?refused=PROVIDER_TRIP_UNKNOWN");
  const back = await comeBack(site, search, cookie);
  equal(back.status, 303);
  equal(back.location, "/?refused=PROVIDER_NOT_LINKED");
  equal(back.set.filter((set) => set.startsWith("assay_session=")).length, 0);
});

test("a provider that is away is a problem that says so, and a browser on its way back reaches the sign-in page", async () => {
  await using site = await startSite();
  const { body, cookie } = await begin(site);
  const { search } = new URL(await site.provider.signIn(body.url, EVE.sub));
  await site.provider[Symbol.asyncDispose]();
  equal((await comeBack(site, search, cookie)).location, "/?refused=PROVIDER_UNAVAILABLE");
  await site.test.close();
  await site.test.open();
  await using again = await startTestHttpServer(site.test.trust.routes, { clock: site.test.clock });
  const answer = await fetch(`${again.url}/api/session/provider`, { method: "POST" });
  equal(answer.status, 503);
  equal(((await answer.json()) as { code: string }).code, "IDENTITY_PROVIDER_UNAVAILABLE");
});
