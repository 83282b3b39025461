import { deepEqual, equal, match } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { Secret } from "@assay/platform/config/secret";
import { silentLogger } from "@assay/platform/logging/logger";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { startSmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { z } from "zod";
import { alertListSchema, alertSchema } from "./api/schema/alerts.ts";
import { incidentDetailSchema } from "./api/schema/incident-detail.ts";
import { incidentSchema, timelineEntrySchema } from "./api/schema/incidents.ts";
import { statusSummarySchema } from "./api/schema/status.ts";
import {
  overviewSchema,
  seriesSchema,
  systemDetailSchema,
  systemListSchema,
  thresholdListSchema,
} from "./api/schema/systems.ts";
import { readOperationsConfig } from "./config.ts";
import { verifyWebhook } from "./delivery/webhook-signature.ts";
import { manifestSchema } from "./manifest/manifest.ts";
import { startOperations } from "./operations.ts";
import { startShop } from "./shop-fixture.ts";

const sessionSchema = z.object({ token: z.string(), person: z.object({ id: z.string() }) });
const exportSchema = z.object({
  format: z.literal("assay.incident.v1"),
  timeline: z.array(timelineEntrySchema),
  auditBundle: z.string(),
});

const WEBHOOK_SECRET = "a-webhook-secret-of-a-test";

async function startPlane(shopUrl: string, smtpUrl: string) {
  await using starting = new AsyncDisposableStack();
  const database = starting.use(await startTestDatabase());
  const folder = starting.use(await temporaryFolder());
  const config = readOperationsConfig({
    OPERATIONS_PORT: "0",
    OPERATIONS_PUBLIC_URL: "http://console.test",
    OPERATIONS_DATABASE_URL: database.url.reveal(),
    OPERATIONS_STATE_DIR: folder.path,
    OPERATIONS_SYSTEMS: shopUrl,
    OPERATIONS_EVALUATION_INTERVAL_MS: "200",
    OPERATIONS_MANIFEST_INTERVAL_MS: "500",
    OPERATIONS_WEBHOOK_SECRET: WEBHOOK_SECRET,
    OPERATIONS_SMTP_URL: smtpUrl,
  });
  const server = await startOperations(starting, {
    config,
    logger: silentLogger,
    version: "0.0.0",
    programs: new Map(),
  });
  const api = new Api(server.url);
  await api.signIn(folder.path);
  const resources = starting.move();
  return { api, server, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** The first person, over HTTP. */
class Api {
  readonly #url: string;
  #token = "";
  personId = "";

  constructor(url: string) {
    this.#url = url;
  }

  async signIn(stateDirectory: string): Promise<void> {
    const code = (await readFile(join(stateDirectory, "operations.bootstrap"), "utf8")).trim().split(/\s+/).at(-1)!;
    const person = { email: "ada@example.com", name: "Ada", password: "correct horse battery staple" };
    await this.call("POST /api/bootstrap", { code, ...person });
    const credentials = { email: person.email, password: person.password, transport: "bearer" };
    const session = await this.read(sessionSchema, "POST /api/session", credentials);
    this.#token = session.token;
    this.personId = session.person.id;
  }

  /** Calls and reads the answer with the schema that the console reads it with. */
  async read<T>(schema: z.ZodType<T>, line: string, body?: object): Promise<T> {
    return schema.parse((await this.call(line, body)).body);
  }

  async call(line: string, body?: object): Promise<{ status: number; body: unknown; text: string }> {
    const [method = "GET", path = "/"] = line.split(" ");
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : undefined, text };
  }

  /** The code of a refusal. */
  async refusal(line: string, body?: object): Promise<string> {
    return (await this.read(z.object({ code: z.string() }), line, body)).code;
  }

  async until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
    for (const end = systemClock.monotonicMs() + 15_000; systemClock.monotonicMs() < end; ) {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      await systemClock.sleep(50);
    }
    throw new Error(`not seen in 15 s: ${what}`);
  }
}

test("a fault of a watched system becomes an alert, an incident and pages, and its repair ends them", async () => {
  await using shop = await startShop();
  await using phone = await startHttpReceiver();
  await using post = await startSmtpReceiver();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api } = plane;
  await api.until(async () => {
    return (await api.read(systemListSchema, "GET /api/systems")).systems[0]?.status === "healthy";
  }, "the shop is healthy");
  phone.answer(503);
  await api.call(`PUT /api/people/${api.personId}/contacts`, {
    contacts: [
      { kind: "webhook", target: `${phone.url}/page` },
      { kind: "email", target: "ada@phone.example" },
    ],
  });

  shop.queue = 60;
  const mail = await post.waitForMessage(({ subject }) => subject.includes("shop.QUEUE"), 15_000);
  deepEqual(mail.to, ["ada@phone.example"]);
  equal(phone.requests.length, 3, "the phone was tried three times before the mail was sent");
  const [page] = phone.requests;
  const header = String(page?.headers["assay-signature"]);
  const body = new TextDecoder().decode(page?.rawBody);
  equal(verifyWebhook(new Secret(WEBHOOK_SECRET), { header, body }, systemClock.now()), true);
  equal(verifyWebhook(new Secret(WEBHOOK_SECRET), { header, body: `${body} ` }, systemClock.now()), false);

  const { alerts } = await api.read(alertListSchema, "GET /api/alerts?state=firing");
  const alert = alerts[0]!;
  deepEqual([alert.name, alert.severity, alert.human], ["QUEUE", "high", "unacknowledged"]);
  const seen = await api.read(alertSchema, `POST /api/alerts/${alert.id}/acknowledge`, { note: "looking" });
  equal(seen.human, "acknowledged");
  const { incidentId } = alert;
  const detail = () => api.read(incidentDetailSchema, `GET /api/incidents/${incidentId}`);
  equal((await detail()).incident.state, "acknowledged");
  equal(await api.refusal(`POST /api/incidents/${incidentId}/resolve`, { note: "done" }), "ALERTS_FIRING");

  shop.queue = 0;
  const incident = await api.until(async () => {
    const now = await detail();
    return now.incident.state === "mitigated" && now;
  }, "the incident is mitigated");
  const kinds = new Set(incident.timeline.map(({ kind }) => kind));
  deepEqual([...kinds].sort(), ["acknowledgement", "alert", "page", "state"]);
  const resolve = `POST /api/incidents/${incidentId}/resolve`;
  equal((await api.read(incidentSchema, resolve, { note: "drained" })).state, "resolved");
  const exported = await api.read(exportSchema, `GET /api/incidents/${incidentId}/export`);
  for (const { digest } of exported.timeline) match(exported.auditBundle, new RegExp(digest));
});

test("charts, thresholds and rules tell what the evaluator sees", async () => {
  await using shop = await startShop();
  await using post = await startSmtpReceiver();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api } = plane;
  shop.queue = 7;
  const series = await api.until(async () => {
    const answer = await api.call("GET /api/systems/shop/series?threshold=shop.queue&stepMs=1000");
    const chart = seriesSchema.safeParse(answer.body);
    return chart.data?.points.at(-1)?.[3] === 7 && chart.data;
  }, "the chart shows the queue");
  deepEqual(series.lines[0], { bound: "target", comparison: { op: "lte", value: 10 } });
  const { thresholds } = await api.read(thresholdListSchema, "GET /api/thresholds");
  deepEqual(thresholds[0]?.reading, { kind: "value", value: 7, levels: [], onTarget: true });
  match((await api.call("GET /api/prometheus-rules")).text, /alert: QUEUE/);
  equal((await api.call("GET /api/systems/shop/series?threshold=shop.other")).status, 404);
});

test("a system that stops answering is unhealthy after three probes, and its numbers unknown, never well", async () => {
  await using post = await startSmtpReceiver();
  const shop = await startShop();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api } = plane;
  const status = async () => (await api.read(overviewSchema, "GET /api/overview")).status;
  await api.until(async () => (await status()) === "healthy", "healthy");
  await shop[Symbol.asyncDispose]();
  await api.until(async () => (await status()) === "unhealthy", "unhealthy");
  const { thresholds } = await api.read(thresholdListSchema, "GET /api/thresholds");
  equal(thresholds[0]?.reading.kind, "unknown");
});

test("a malformed manifest is refused with its path, and the one before stays in force", async () => {
  await using shop = await startShop();
  await using post = await startSmtpReceiver();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api } = plane;
  await api.until(async () => (await api.call("GET /api/systems/shop")).status === 200, "the shop is known");
  shop.manifest = { ...(shop.manifest as object), services: [] };
  const problem = await api.until(async () => {
    const [first] = (await api.read(systemListSchema, "GET /api/systems")).sources;
    return first?.problems[0];
  }, "the manifest is refused");
  equal(problem.path, "services");
  equal((await api.read(systemDetailSchema, "GET /api/systems/shop")).manifest.services.length, 1);
});

test("the plane reads a system for a person only where the manifest offers it", async () => {
  await using shop = await startShop();
  await using post = await startSmtpReceiver();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api } = plane;
  await api.until(async () => (await api.call("GET /api/systems/shop")).status === 200, "the shop is known");
  const line = (path: string) => `GET /api/systems/shop/read?path=${encodeURIComponent(path)}`;
  deepEqual((await api.call(line("/api/stock?limit=1"))).body, { stock: 3, hasToken: true });
  for (const path of ["/ops/manifest", "/api/stock/../secret", "//evil.example/api/stock", "/api/%2e%2e/x"])
    equal(await api.refusal(line(path)), "READ_NOT_OFFERED", path);
});

test("the plane tells of itself what it tells of others, and refuses who is not signed in", async () => {
  await using shop = await startShop();
  await using post = await startSmtpReceiver();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api } = plane;
  await api.until(async () => /"status":"healthy","service"/.test((await api.call("GET /ready")).text), "ready");
  match((await api.call("GET /metrics")).text, /operations_evaluation_age_seconds/);
  equal((await api.read(manifestSchema, "GET /ops/manifest")).system, "operations");
  const stranger = new Api(plane.server.url);
  for (const path of ["overview", "systems", "alerts", "incidents", "events", "thresholds", "on-call"])
    equal((await stranger.call(`GET /api/${path}`)).status, 401, path);
});

test("what is open to everybody on the status page is, and what operators see of it is not", async () => {
  await using shop = await startShop();
  await using post = await startSmtpReceiver();
  await using plane = await startPlane(shop.url, post.url.reveal());
  const { api, server } = plane;
  const open = await fetch(`${server.url}/api/status/summary`);
  equal(open.status, 200);
  const { state } = statusSummarySchema.parse(await open.json());
  equal(state, "no data", "a system without components says nothing");
  equal((await fetch(`${server.url}/api/status/history`)).status, 200);
  const feed = await fetch(`${server.url}/api/status/feed.atom`);
  equal(
    (await fetch(`${server.url}/api/status/feed.atom`, { headers: { "if-none-match": feed.headers.get("etag")! } }))
      .status,
    304,
  );
  equal((await fetch(`${server.url}/api/status-page`)).status, 401);
  equal((await api.call("GET /api/status-page")).status, 200);
});

test("settings that are missing or wrong are all named at once", () => {
  let message = "";
  try {
    readOperationsConfig({ ASSAY_ENVIRONMENT: "production", OPERATIONS_SYSTEMS: "nonsense", OPERATIONS_PORT: "x" });
  } catch (error) {
    message = String(error);
  }
  for (const name of ["PORT", "DATABASE_URL", "SYSTEMS", "STATE_DIR", "WEBHOOK_SECRET"])
    match(message, new RegExp(`OPERATIONS_${name} `));
});
