import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { answer, route } from "@assay/platform/http/route";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { z } from "zod";
import { bannerRoutes } from "./banner-routes.ts";

const banner = {
  ...{ id: "pub_1", kind: "incident", state: "partial outage", title: "Trading is slow", text: "We know." },
  ...{ startedAt: "2025-08-01T12:00:00.000Z", endsAt: null, url: "http://status.test/incidents/pub_1" },
};

async function banners(planeUrl: string): Promise<{ status: number; titles: string[] }> {
  await using server = await startTestHttpServer(bannerRoutes({ clock: systemClock, planeUrl, system: "coinhubx" }));
  const response = await fetch(`${server.url}/api/banners`);
  const { banners: found } = (await response.json()) as { banners: { title: string }[] };
  return { status: response.status, titles: found.map(({ title }) => title) };
}

test("customers are shown what the plane says, and nothing that does not look like it", async () => {
  const spoken = { banners: [banner, { ...banner, id: "evil", title: "evil", url: "javascript:alert(1)" }] };
  const plane = (body: object) =>
    startTestHttpServer([
      route({
        ...{ method: "GET", path: "/api/status/banners", summary: "test", access: "open" },
        query: z.looseObject({}),
        replies: { 200: z.looseObject({}) },
        handle: async () => answer(200, body as Record<string, unknown>),
      }),
    ]);
  await using good = await plane(spoken);
  deepEqual(await banners(good.url), { status: 200, titles: ["Trading is slow"] });
  await using odd = await plane({ banners: "many" });
  deepEqual(await banners(odd.url), { status: 200, titles: [] });
});

test("without the plane there is no banner and no error", async () => {
  const { status, titles } = await banners("http://127.0.0.1:9");
  equal(status, 200);
  deepEqual(titles, []);
});
