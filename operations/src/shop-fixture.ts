import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { manifestFixture } from "./manifest/manifest-fixture.ts";
import { alertRule } from "./thresholds/alert-rule.ts";
import { threshold } from "./thresholds/threshold.ts";

/** Test data: a small system over real HTTP whose queue and manifest a test sets. */
export interface Shop extends AsyncDisposable {
  readonly url: string;
  queue: number;
  manifest: unknown;
}

const queueThreshold = threshold({
  id: "shop.queue",
  title: "Waiting orders",
  unit: "count",
  expression: { kind: "gauge", metric: "queue_length", aggregate: "sum" },
  target: { op: "lte", value: 10 },
  levels: { warning: { op: "gt", value: 20 }, high: { op: "gt", value: 50 } },
  forMs: 0,
  source: "test",
});

export async function startShop(): Promise<Shop> {
  const shop = { queue: 0, manifest: undefined as unknown };
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    const json = (body: unknown) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (path === "/ops/manifest") return json(shop.manifest);
    if (path === "/health") return json({ status: "healthy" });
    if (path === "/api/stock") return json({ stock: 3, hasToken: request.headers.authorization !== undefined });
    if (path === "/metrics")
      return response
        .writeHead(200, { "content-type": "text/plain; version=0.0.4" })
        .end(`queue_length ${shop.queue}\n`);
    return response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  shop.manifest = shopManifest(url);
  return Object.assign(shop, {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

function shopManifest(url: string) {
  return manifestFixture({
    services: [{ name: "backend", url }],
    healthChecks: [
      { id: "shop.health", service: "backend", path: "/health", everyMs: 500, timeoutMs: 500, kind: "liveness" },
    ],
    metrics: [{ service: "backend", path: "/metrics" }],
    thresholds: [queueThreshold],
    alertRules: [
      alertRule({ name: "QUEUE", summary: "Orders wait.", thresholds: ["shop.queue"], runbook: "drain-queue" }),
    ],
    reads: [{ path: "/api/stock", role: "viewer" }],
  });
}
