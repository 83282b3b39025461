import { deepEqual, equal } from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createRawServer } from "node:net";
import { test } from "node:test";
import { setInterval as ticks } from "node:timers/promises";
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

/** Sends bytes as they are and hangs up. */
async function rawTarget(head: string, body: string | Uint8Array): Promise<AsyncDisposable & { url: string }> {
  const server = createRawServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(head);
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
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

test("a target that ends early, sends broken text or half a line is refused whole", async () => {
  const raw = (head: string, body: string | Uint8Array) => rawTarget(head, body);
  const code = async (target: Awaited<ReturnType<typeof rawTarget>>) => {
    await using open = target;
    const scraped = await scrapeMetrics(`${open.url}/metrics`, LIMITS);
    return scraped.ok ? "ok" : scraped.refusal.code;
  };
  const plain = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
  equal(await code(await raw(`${plain}content-length: 100\r\n\r\n`, "up 1\n")), "UNREACHABLE");
  equal(await code(await raw(`${plain}transfer-encoding: chunked\r\n\r\n`, "5\r\nup 1\n\r\n")), "UNREACHABLE");
  // Without a length the end of the connection is the end of the text: half a number must not be taken for a number.
  equal(await code(await raw(`${plain}\r\n`, "up 1\nqueue_length 1")), "EXPOSITION_INVALID");
  equal(await code(await raw(`${plain}\r\n`, Uint8Array.of(0x75, 0x70, 0xff, 0x20, 0x31, 0x0a))), "NOT_TEXT");
  equal(await code(await raw("SSH-2.0-OpenSSH\r\n", "")), "UNREACHABLE");
});

test("a target with endless headers costs no more than one with none", async () => {
  const huge = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${"x-more: and more\r\n".repeat(20_000)}\r\n`;
  await using target = await rawTarget(huge, "up 1\n");
  const scraped = await scrapeMetrics(`${target.url}/metrics`, LIMITS);
  equal(!scraped.ok && scraped.refusal.code, "UNREACHABLE");
  const probed = await probeHealth(check("liveness"), target.url, systemClock);
  equal(probed.outcome, "unhealthy");
});

test("a target that drips a byte at a time is given up in time", async () => {
  await using target = await startTarget(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    for await (const _ of ticks(20)) if (response.destroyed || !response.write("u")) break;
  });
  const started = systemClock.monotonicMs();
  const scraped = await scrapeMetrics(`${target.url}/metrics`, LIMITS);
  equal(!scraped.ok && scraped.refusal.code, "TIMEOUT");
  equal(systemClock.monotonicMs() - started < 10 * LIMITS.timeoutMs, true);
});

test("health that comes as another kind of text than JSON says nothing", async () => {
  const body = '{"status":"healthy"}';
  for (const type of ["text/html", "text/plain; charset=utf-8", ""]) {
    await using target = await startTarget(text(body, type));
    const { outcome, message } = await probeHealth(check("readiness"), target.url, systemClock);
    deepEqual([outcome, /^sent .* for JSON$/.test(message)], ["inconclusive", true]);
  }
  await using endless = await startTarget((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  equal((await probeHealth(check("readiness"), endless.url, systemClock)).outcome, "inconclusive");
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
