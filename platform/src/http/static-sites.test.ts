import { deepEqual, equal, match, throws } from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { AssertionError } from "@assay/primitives/assert";
import { z } from "zod";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { startTestHttpServer } from "../testing/test-http-server.ts";
import { fetchJson, fetchText } from "./http-client.ts";
import { answer, answerText, mediaReply, route } from "./route.ts";
import { sitePolicy } from "./security-headers.ts";

async function siteFolder() {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, "site", "assets"), { recursive: true });
  await writeFile(join(folder.path, "outside.txt"), "outside");
  await writeFile(join(folder.path, "site", "index.html"), "<!doctype html><title>Console</title>");
  await writeFile(join(folder.path, "site", ".hidden"), "hidden");
  await writeFile(join(folder.path, "site", "assets", "app-4f3e7b2a.js"), "export {};");
  return { ...folder, site: join(folder.path, "site") };
}

const api = route({
  method: "GET",
  path: "/api/thing",
  summary: "A thing.",
  access: "open",
  replies: { 200: z.object({ thing: z.boolean() }) },
  handle: async () => answer(200, { thing: true }),
});
const asPage = { headers: { accept: "text/html" } };

test("a site serves its files with a strict policy, hashed ones for ever", async () => {
  await using folder = await siteFolder();
  await using server = await startTestHttpServer([api], {
    staticSites: [{ prefix: "/", directory: folder.site, spaFallback: true }],
  });
  const page = await fetchText(`${server.url}/`, asPage);
  equal(page.status, 200);
  const policy = page.headers.get("content-security-policy") ?? "";
  match(policy, /script-src 'self'(;|$)/);
  equal(/unsafe/.test(policy), false);
  equal(page.headers.get("cache-control"), "no-cache");
  const script = await fetchText(`${server.url}/assets/app-4f3e7b2a.js`);
  match(script.headers.get("content-type") ?? "", /javascript/);
  match(script.headers.get("cache-control") ?? "", /immutable/);
});

test("a deep link opens the application; a missing file, a hidden one and a missing route do not", async () => {
  await using folder = await siteFolder();
  await using server = await startTestHttpServer([api], {
    staticSites: [{ prefix: "/", directory: folder.site, spaFallback: true }],
  });
  const deep = await fetchText(`${server.url}/incidents/inc_1`, asPage);
  deepEqual([deep.status, deep.body.includes("Console")], [200, true]);
  match(deep.headers.get("content-security-policy") ?? "", /script-src 'self'/);
  const statusOf = async (path: string, options = {}) => (await fetchText(`${server.url}${path}`, options)).status;
  equal(await statusOf("/assets/gone-12345678.js", asPage), 404);
  equal(await statusOf("/.hidden"), 404);
  equal(await statusOf("/api/nothing", asPage), 404);
  equal((await fetchJson(`${server.url}/api/thing`)).status, 200);
});

test("no path leads out of a site's folder", async () => {
  await using folder = await siteFolder();
  await using server = await startTestHttpServer([], { staticSites: [{ prefix: "/", directory: folder.site }] });
  for (const path of ["/../outside.txt", "/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt", "/..%5coutside.txt"]) {
    const { status, body } = await fetchText(`${server.url}${path}`);
    deepEqual([status >= 400, body.includes("outside\n") || body === "outside"], [true, false], path);
  }
});

test("two sites under two prefixes keep their own policies", async () => {
  await using folder = await siteFolder();
  const styled = { "style-src": ["'self'", "'unsafe-inline'"] };
  await using server = await startTestHttpServer([], {
    staticSites: [
      { prefix: "/", directory: folder.site, spaFallback: true },
      { prefix: "/status/", directory: folder.site, spaFallback: true, csp: styled },
    ],
  });
  const policyOf = async (path: string) =>
    (await fetchText(`${server.url}${path}`, asPage)).headers.get("content-security-policy") ?? "";
  for (const path of ["/status/", "/status/deep/link"]) match(await policyOf(path), /style-src 'self' 'unsafe-inline'/);
  for (const path of ["/", "/deep/link"]) match(await policyOf(path), /style-src 'self';/);
});

test("no policy can allow inline script", () => {
  for (const source of ["'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"])
    throws(() => sitePolicy({ "script-src": ["'self'", source] }), AssertionError);
});

test("a proxy passes calls on with method, body, status and headers, and the caller's address", async () => {
  const echo = route({
    method: "POST",
    path: "/api/echo",
    summary: "Echoes.",
    access: "open",
    body: z.strictObject({ text: z.string() }),
    replies: { 201: z.object({ text: z.string(), from: z.string() }) },
    handle: async ({ body, remoteAddress, setHeader }) => {
      setHeader("set-cookie", ["a=1", "b=2"]);
      return answer(201, { text: body.text, from: remoteAddress });
    },
  });
  const page = route({
    method: "GET",
    path: "/private",
    summary: "Not for the outside.",
    access: "open",
    replies: { 200: mediaReply("text/plain") },
    handle: async () => answerText(200, "private", "text/plain"),
  });
  await using backend = await startTestHttpServer([echo, page], { trustedProxies: ["127.0.0.1"] });
  await using front = await startTestHttpServer([], { proxies: [{ prefix: "/api/", target: backend.url }] });
  const reply = await fetchJson(`${front.url}/api/echo?`, { method: "POST", body: { text: "hé" } });
  deepEqual([reply.status, reply.body], [201, { text: "hé", from: "127.0.0.1" }]);
  deepEqual(reply.headers.getSetCookie(), ["a=1", "b=2"]);
  match(reply.headers.get("x-request-id") ?? "", /^req_/);
  equal((await fetchJson(`${front.url}/api/echo`, { method: "POST", body: { wrong: 1 } })).status, 400);
  equal((await fetchJson(`${front.url}/private`)).status, 404);
});

test("a proxy whose service is away answers 503", async () => {
  await using front = await startTestHttpServer([], { proxies: [{ prefix: "/api/", target: "http://127.0.0.1:1" }] });
  const reply = await fetchJson(`${front.url}/api/x`);
  deepEqual([reply.status, reply.headers.get("retry-after")], [503, "1"]);
});
