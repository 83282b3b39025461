import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { addMs, formatInstant, HOUR_MS } from "@assay/primitives/instant";
import { accept } from "@assay/primitives/result";
import { OPERATIONS_MIGRATIONS } from "../../audit/audit-fixture.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Role } from "../../manifest/manifest.ts";
import { openTestQuiet } from "../../quiet/quiet-fixture.ts";
import { quietRoutes } from "../quiet/quiet-routes.ts";
import { alertmanagerRoutes } from "./alertmanager-routes.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

const person = (role: Role): Principal => ({
  ...{ kind: "person", personId: `per_${role}`, name: role, email: `${role}@example.org`, roles: [role] },
  ...{ sessionId: "ses_1", steppedUpAt: null, hasTotp: true },
});
const PRINCIPALS: Readonly<Record<string, Principal>> = {
  viewer: person("viewer"),
  operator: person("operator"),
  writer: { kind: "machine", keyId: "key_1", name: "alertmanager", scopes: ["alerts:write"] },
  beater: { kind: "machine", keyId: "key_2", name: "job", scopes: ["heartbeats:write"] },
};

/** The routes of alerts and quiet over a real server, and whoever the bearer token names. */
async function startApi(clock = new MovedClock()) {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await startTestDatabase(options));
  const plane = resources.use(await openTestQuiet(database.app, clock));
  const { alerts } = plane;
  const routes = [
    ...alertmanagerRoutes({ alerts, publicUrl: "http://plane" }),
    ...quietRoutes({ ...plane.quiet, clock, alerts }),
  ];
  const server = resources.use(
    await startTestHttpServer<Principal>(routes, {
      clock,
      authenticate: async ({ headers }) => accept(PRINCIPALS[headers.authorization?.replace("Bearer ", "") ?? ""]),
    }),
  );
  const call = async (who: string, asked: `${string} /${string}`, body?: unknown) => {
    const [method, path] = asked.split(" ") as [string, string];
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${who}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const owned = resources.move();
  return { ...plane, alerts, clock, call, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const alert = (status: "firing" | "resolved", more: object = {}) => ({
  status,
  labels: { alertname: "DiskFull", system: "shop", severity: "page", host: "a" },
  annotations: { summary: "No space is left." },
  startsAt: "2026-01-01T00:00:00Z",
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "http://prometheus/graph",
  fingerprint: "f1",
  ...more,
});
const webhook = (...alerts: object[]) => ({
  version: "4",
  groupKey: "{}",
  status: "firing",
  receiver: "assay",
  alerts,
});

test("Alertmanager's webhook raises and settles, and is taken only with a key that may write alerts", async () => {
  await using api = await startApi();
  for (const [who, status] of [
    ["nobody", 401],
    ["operator", 403],
    ["beater", 403],
  ] as const)
    equal((await api.call(who, "POST /api/alertmanager", webhook(alert("firing")))).status, status);
  const raised = await api.call("writer", "POST /api/alertmanager", webhook(alert("firing"), alert("firing")));
  deepEqual(raised, { status: 200, json: { raised: 2, settled: 0 } });
  deepEqual(
    api.alerts.current().map(({ system, name, severity, labels }) => [system, name, severity, labels.host]),
    [["shop", "DiskFull", "critical", "a"]],
  );
  const settled = await api.call("writer", "POST /api/alertmanager", webhook(alert("resolved")));
  deepEqual([settled.json, api.alerts.current()], [{ raised: 0, settled: 1 }, []]);
});

test("a malformed webhook is refused with the place and the reason, and raises nothing", async () => {
  await using api = await startApi();
  const unnamed = alert("firing", { labels: { severity: "page" } });
  const bad = [
    [{ version: "3", alerts: [] }, "body.version"],
    [webhook(alert("firing"), unnamed), "body.alerts.1.labels"],
    [webhook(alert("firing", { status: "odd" })), "body.alerts.0.status"],
    [webhook(alert("firing", { labels: { alertname: 7 } })), "body.alerts.0.labels.alertname"],
    [{ version: "4" }, "body.alerts"],
  ] as const;
  for (const [body, path] of bad) {
    const { status, json } = await api.call("writer", "POST /api/alertmanager", body);
    equal(status >= 400 && status < 500, true, path);
    const [error] = json.errors as { path: string; message: string }[];
    deepEqual([error?.path, error?.message !== ""], [path, true]);
  }
  deepEqual(api.alerts.current(), []);
});

test("an operator silences what a viewer may only see, never without an end", async () => {
  await using api = await startApi();
  const endsAt = formatInstant(addMs(api.clock.now(), HOUR_MS));
  const matchers = [{ field: "name", op: "is", values: ["DOWN"] }];
  const body = { matchers, reason: "known fault", endsAt };
  equal((await api.call("viewer", "POST /api/silences", body)).status, 403);
  equal((await api.call("operator", "POST /api/silences", { matchers, reason: "known fault" })).status >= 400, true);
  equal((await api.call("operator", "POST /api/silences", { ...body, endsAt: "soon" })).status >= 400, true);
  const late = formatInstant(addMs(api.clock.now(), 8 * 24 * HOUR_MS));
  deepEqual((await api.call("operator", "POST /api/silences", { ...body, endsAt: late })).json.code, "TOO_LONG");
  const made = await api.call("operator", "POST /api/silences", body);
  equal(made.status, 201);
  await api.round({ DOWN: "critical" });
  const listed = (await api.call("viewer", "GET /api/silences")).json.silences as Record<string, unknown>[];
  deepEqual(
    listed.map(({ id, isActive, alerts }) => [id, isActive, alerts]),
    [[made.json.id, true, 1]],
  );
  equal((await api.call("operator", `POST /api/silences/${made.json.id}/end`)).status, 200);
  deepEqual((await api.call("viewer", "GET /api/silences")).json.silences, []);
});

test("a maintenance window is planned, listed, cancelled, and refused without its end", async () => {
  await using api = await startApi();
  const [startsAt, endsAt] = [HOUR_MS, 2 * HOUR_MS].map((ms) => formatInstant(addMs(api.clock.now(), ms)));
  const body = { title: "New disks", system: "shop", startsAt, endsAt, public: true, pagesCritical: false };
  const { endsAt: _, ...endless } = body;
  equal((await api.call("operator", "POST /api/maintenance", endless)).status >= 400, true);
  const planned = await api.call("operator", "POST /api/maintenance", body);
  deepEqual([planned.status, planned.json.state], [201, "planned"]);
  const ended = await api.call("operator", `POST /api/maintenance/${planned.json.id}/end`);
  deepEqual([ended.status, ended.json.state], [200, "cancelled"]);
  deepEqual((await api.call("viewer", "GET /api/maintenance")).json.windows, []);
});
