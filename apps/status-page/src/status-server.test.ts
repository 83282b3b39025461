import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { StatusSummary } from "@assay/operations/api/schema/status";
import { systemClock } from "@assay/platform/clock/clock";
import { answer, route } from "@assay/platform/http/route";
import { silentLogger } from "@assay/platform/logging/logger";
import { systemRandom } from "@assay/platform/random/random";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { z } from "zod";
import { startStatusServer } from "./status-server.ts";

const summary: StatusSummary = {
  ...{ title: "Status", state: "partial outage", incidents: [], maintenance: [] },
  asOf: new Date(systemClock.now()).toISOString(),
  groups: [
    {
      title: "Shop <1>",
      components: [
        {
          ...{ id: "shop.pay", title: "Paying", description: "", state: "partial outage" },
          ...{ since: null, seenAt: null, endsAt: null },
        },
      ],
    },
  ],
};

/** A plane that knows the summary and counts who subscribes. */
async function startPlane() {
  const asked: unknown[] = [];
  const server = await startTestHttpServer([
    route({
      ...{ method: "GET", path: "/api/status/summary", summary: "test", access: "open" },
      replies: { 200: z.looseObject({}) },
      handle: async () => answer(200, { ...summary }),
    }),
    route({
      ...{ method: "POST", path: "/api/status/subscriptions", summary: "test", access: "open" },
      body: z.looseObject({}),
      replies: { 202: z.looseObject({}) },
      handle: async ({ body }) => {
        asked.push(body);
        return answer(202, { message: "asked" });
      },
    }),
  ]);
  return { asked, url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function startPage(planeUrl: string) {
  return startStatusServer({
    ...{ logger: silentLogger, clock: systemClock, random: systemRandom, host: "127.0.0.1", port: 0 },
    ...{ planeUrl, trustedProxies: [], pages: "/nowhere" },
  });
}

test("the first page reads without JavaScript, and says how old its knowledge is when the plane is gone", async () => {
  const plane = await startPlane();
  await using page = await startPage(plane.url);
  const fresh = await (await fetch(page.url)).text();
  match(fresh, /<h1>Some parts do not work<\/h1>/);
  match(fresh, /Shop &lt;1&gt;/);
  await plane[Symbol.asyncDispose]();
  const old = await (await fetch(page.url)).text();
  match(old, /<h1>We do not know how things are<\/h1>/);
  match(old, /This is old\. Last known/);
});

test("a page that never reached the plane claims nothing", async () => {
  await using page = await startPage("http://127.0.0.1:9");
  match(await (await fetch(page.url)).text(), /Our monitoring cannot be reached/);
  equal((await fetch(`${page.url}/health`)).status, 200);
});

test("visitors subscribe five times at once and no more, and reach nothing else of the plane", async () => {
  await using plane = await startPlane();
  await using page = await startPage(plane.url);
  const statuses = [];
  for (let round = 0; round < 7; round += 1) {
    const body = JSON.stringify({ kind: "email", target: `p${round}@example.org` });
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`${page.url}/api/status/subscriptions`, { method: "POST", headers, body });
    statuses.push(reply.status);
  }
  deepEqual(statuses, [202, 202, 202, 202, 202, 429, 429]);
  equal(plane.asked.length, 5);
  for (const path of ["/api/incidents", "/ops/manifest", "/api/statuses"])
    equal((await fetch(page.url + path)).status, 404, path);
  ok((await fetch(page.url)).headers.get("content-security-policy")?.includes("script-src 'self'"));
});
