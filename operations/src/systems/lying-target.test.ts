import { deepEqual, equal } from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import type { HealthCheck } from "./health-probe.ts";
import { probeHealth } from "./health-probe.ts";
import { scrapeMetrics } from "./scrape.ts";

async function startTarget(answer: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const LIMITS = { timeoutMs: 300, maxBytes: 100_000, maxSeries: 100 };
const check = (kind: HealthCheck["kind"]): HealthCheck => ({
  id: "ready",
  service: "backend",
  path: "/ready",
  everyMs: 1_000,
  timeoutMs: 300,
  kind,
});

async function scrapeCode(answer: RequestListener): Promise<string> {
  await using target = await startTarget(answer);
  const scraped = await scrapeMetrics(`${target.url}/metrics`, LIMITS);
  return scraped.ok ? "ok" : scraped.refusal.code;
}

const text =
  (body: string, type = "text/plain; version=0.0.4", status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { "content-type": type }).end(body);

test("a target that answers well is read", async () => {
  equal(await scrapeCode(text("up 1\n")), "ok");
});

test("a target that lies about its metrics, floods, drips or refuses is named for what it does", async () => {
  equal(await scrapeCode(text("<html>fine</html>", "text/html")), "NOT_METRICS");
  equal(await scrapeCode(text("<html>fine</html>")), "EXPOSITION_INVALID");
  equal(await scrapeCode(text("up 1", "text/plain", 401)), "NOT_OK");
  equal(await scrapeCode(text(Array.from({ length: 200 }, (_, index) => `m${index} 1\n`).join(""))), "TOO_MANY_SERIES");
  const flood = "x".repeat(10_000);
  equal(
    await scrapeCode((_request, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      const more = () => {
        while (!response.destroyed && response.write(flood));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    }),
    "TOO_LARGE",
  );
  equal(
    await scrapeCode((_request, response) => {
      response.writeHead(200, { "content-type": "text/plain" }).write("up");
    }),
    "TIMEOUT",
  );
  const gone = await scrapeMetrics("http://127.0.0.1:1/metrics", LIMITS);
  equal(!gone.ok && gone.refusal.code, "UNREACHABLE");
});

test("a readiness body is read from a 200 and from a 503, with its components", async () => {
  const body = JSON.stringify({
    status: "unhealthy",
    service: "shop",
    checks: {
      database: { name: "database", status: "unhealthy", latency_ms: 800, message: "no connection", details: {} },
    },
  });
  await using target = await startTarget(text(body, "application/json", 503));
  const { outcome, message, components } = await probeHealth(check("readiness"), target.url, systemClock);
  deepEqual([outcome, message], ["unhealthy", "database unhealthy"]);
  deepEqual(components, [{ name: "database", status: "unhealthy", latencyMs: 800, message: "no connection" }]);
});

test("a readiness answer that is not one is inconclusive, never healthy", async () => {
  for (const body of ["OK", "{}", '{"status":"fine"}', "[]"]) {
    await using target = await startTarget(text(body, "application/json"));
    equal((await probeHealth(check("readiness"), target.url, systemClock)).outcome, "inconclusive");
  }
});

test("a liveness probe wants 200, in time", async () => {
  await using good = await startTarget(text("ok"));
  equal((await probeHealth(check("liveness"), good.url, systemClock)).outcome, "healthy");
  await using moved = await startTarget((_request, response) => response.writeHead(302, { location: "/" }).end());
  equal((await probeHealth(check("liveness"), moved.url, systemClock)).outcome, "unhealthy");
  await using silent = await startTarget(() => {});
  const late = await probeHealth(check("liveness"), silent.url, systemClock);
  deepEqual([late.outcome, late.message], ["unhealthy", "TIMEOUT: no answer within 300 ms"]);
});
