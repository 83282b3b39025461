import { equal, match } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { freePort } from "@assay/platform/testing/free-port";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { assert } from "@assay/primitives/assert";
import { accept } from "@assay/primitives/result";
import { openTestAlerts } from "../../src/alerts/alerts-fixture.ts";
import { alertmanagerRoutes } from "../../src/api/alerts/alertmanager-routes.ts";
import { OPERATIONS_MIGRATIONS } from "../../src/audit/audit-fixture.ts";
import { waitUntil } from "../../src/drills/wait-until.ts";
import type { Principal } from "../../src/identity/principal.ts";
import { alertRule } from "../../src/thresholds/alert-rule.ts";
import { alertmanagerConfig } from "../../src/thresholds/alertmanager-config.ts";
import { prometheusRules } from "../../src/thresholds/prometheus-rules.ts";
import { threshold } from "../../src/thresholds/threshold.ts";

const PROMETHEUS = "/usr/bin/prometheus";
const ALERTMANAGER = "/usr/bin/prometheus-alertmanager";
const LIMIT_MS = 30_000;
const KEY = "a-key-of-alertmanager";

const RULES = {
  system: "shop",
  thresholds: [
    threshold({
      id: "shop.queue",
      title: "Waiting orders",
      unit: "count",
      expression: { kind: "gauge", metric: "queue_length", aggregate: "sum" },
      target: { op: "lte", value: 10 },
      levels: { warning: { op: "gt", value: 20 }, critical: { op: "gt", value: 50 } },
      forMs: 0,
      source: "test",
    }),
  ],
  alertRules: [
    alertRule({
      name: "QUEUE",
      summary: "Orders wait.",
      thresholds: ["shop.queue"],
      runbook: "drain-queue",
      labels: { team: "stock" },
    }),
  ],
};

test("an alert of a real Prometheus reaches the plane through a real Alertmanager, pages, and resolves", async (context) => {
  const missing = [PROMETHEUS, ALERTMANAGER].find((path) => !existsSync(path));
  if (missing !== undefined) {
    const reason = `${missing} is not installed (Debian: apt-get install prometheus prometheus-alertmanager)`;
    equal(process.env.CI === "true", false, reason);
    return context.skip(reason);
  }
  await using database = await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" });
  await using plane = await openTestAlerts(database.app, systemClock);
  const { alerts, delivery } = plane;
  await using server = await startTestHttpServer<Principal>(alertmanagerRoutes({ alerts, publicUrl: "" }), {
    authenticate: async ({ headers }) =>
      accept(
        headers.authorization === `Bearer ${KEY}`
          ? { kind: "machine", keyId: "key_1", name: "alertmanager", scopes: ["alerts:write"] }
          : undefined,
      ),
  });
  await using shop = await startMetrics();
  await using folder = await temporaryFolder();
  await using _ = await startPair(folder.path, { planeUrl: server.url, target: shop.target });
  const find = (severity: string) => alerts.current().find((alert) => alert.severity === severity);

  shop.queue = 100;
  const firing = await wait("the alert", async () => (find("warning") === undefined ? undefined : find("critical")));
  match(firing.id, /^alr_/);
  equal(firing.source, "alertmanager");
  equal([firing.system, firing.name, firing.runbook, firing.labels.team].join(" "), "shop QUEUE drain-queue stock");
  equal(firing.summary, "Orders wait.");
  equal(find("warning")?.inhibitedBy, "QUEUE", "the milder level of the same alert is quiet");
  const titles = (await delivery.about([`alert/${firing.lead}`])).map(({ message }) => message.title);
  equal(
    titles.some((title) => title.startsWith("[critical] shop.QUEUE is firing")),
    true,
  );

  shop.queue = 0;
  await wait("the end", async () => (alerts.current().length === 0 ? true : undefined));
  equal((await alerts.find(firing.id))?.state, "resolved");
});

function wait<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  return waitUntil({ clock: systemClock, what, limitMs: LIMIT_MS, everyMs: 100 }, look);
}

async function startMetrics() {
  const shop = { queue: 0 };
  const server = createServer((_request, response) =>
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(`queue_length ${shop.queue}\n`),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(shop, {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

/** Prometheus with the generated rules, and Alertmanager with the generated configuration. */
async function startPair(
  folder: string,
  { planeUrl, target }: { readonly planeUrl: string; readonly target: string },
): Promise<AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  const [keyFile, amFile, promFile] = ["assay.key", "alertmanager.yml", "prometheus.yml"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await mkdir(join(folder, "data"));
  const [amPort, promPort] = [await freePort(), await freePort()];
  await writeFile(keyFile, KEY);
  await writeFile(amFile, alertmanagerConfig({ url: planeUrl, keyFile }));
  await writeFile(join(folder, "rules.yml"), prometheusRules([RULES], 1_000));
  await writeFile(promFile, JSON.stringify(prometheusConfig({ amPort, target })));
  const amListen = `--web.listen-address=127.0.0.1:${amPort}`;
  const amData = `--storage.path=${join(folder, "data", "am")}`;
  resources.use(start(ALERTMANAGER, [`--config.file=${amFile}`, amData, amListen, "--cluster.listen-address="]));
  const promListen = `--web.listen-address=127.0.0.1:${promPort}`;
  const promData = `--storage.tsdb.path=${join(folder, "data", "prom")}`;
  resources.use(start(PROMETHEUS, [`--config.file=${promFile}`, promData, promListen, "--log.level=warn"]));
  for (const port of [amPort, promPort])
    await wait(`port ${port}`, async () => {
      const ready = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
      return ready?.status === 200 ? true : undefined;
    });
  const owned = resources.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function prometheusConfig({ amPort, target }: { readonly amPort: number; readonly target: string }) {
  return {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${amPort}`] }] }] },
    scrape_configs: [{ job_name: "shop", static_configs: [{ targets: [target] }] }],
  };
}

function start(program: string, parameters: readonly string[]): AsyncDisposable {
  const child: ChildProcess = spawn(program, parameters, { stdio: ["ignore", "ignore", "ignore"] });
  const ended = once(child, "exit");
  assert(child.pid !== undefined, `${program} starts`);
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
  };
}
