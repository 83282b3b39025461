import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "@assay/platform/logging/logger";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { accept } from "@assay/primitives/result";
import { ADA, openTestAlerts } from "../../alerts/alerts-fixture.ts";
import { OPERATIONS_MIGRATIONS } from "../../audit/audit-fixture.ts";
import { Heartbeats } from "../../heartbeats/heartbeats.ts";
import type { Principal } from "../../identity/principal.ts";
import { heartbeatRoutes } from "./heartbeat-routes.ts";

const JOB = { title: "Nightly export", system: "shop", periodMs: 600_000, graceMs: 0, severity: "high", version: 0 };
const ada = { kind: "person", personId: ADA.id, name: "Ada", email: ADA.email, sessionId: "ses_1" } as const;
const CALLERS: Readonly<Record<string, object>> = {
  operator: { ...ada, roles: ["operator"] },
  viewer: { ...ada, roles: ["viewer"] },
  job: { kind: "machine", keyId: "key_1", name: "cron", scopes: ["heartbeats:write"] },
  webhook: { kind: "machine", keyId: "key_2", name: "alertmanager", scopes: ["alerts:write"] },
};

test("people define jobs and pauses, and only a key for heartbeats beats", async () => {
  await using database = await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" });
  const clock = new MovedClock();
  await using plane = await openTestAlerts(database.app, clock);
  const heartbeats = new Heartbeats({ ...plane, database: database.app, clock, logger: silentLogger });
  await using server = await startTestHttpServer<Principal>(heartbeatRoutes({ heartbeats, clock }), {
    authenticate: async ({ headers }) => accept(CALLERS[String(headers["x-test-as"])] as Principal | undefined),
  });
  const call = async (as: string, asked: string, body: object = {}) => {
    const [method, path] = asked.split(" ") as [string, string];
    const headers = { "x-test-as": as, "content-type": "application/json" };
    const sent = method === "GET" ? {} : { body: JSON.stringify(body) };
    const response = await fetch(server.url + path, { method, headers, ...sent });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  equal((await call("viewer", "PUT /api/heartbeats/nightly", JOB)).status, 403);
  equal((await call("operator", "PUT /api/heartbeats/nightly", JOB)).body.state, "waiting");
  for (const [as, status] of [
    ["nobody", 401],
    ["operator", 403],
    ["webhook", 403],
    ["job", 200],
  ] as const)
    equal((await call(as, "POST /api/heartbeats/nightly")).status, status, as);
  equal((await call("job", "POST /api/heartbeats/unknown")).status, 404);
  const { body } = await call("viewer", "GET /api/heartbeats");
  const [known] = body.heartbeats;
  deepEqual([known.state, known.lastBeatBy, known.dueAt], ["healthy", "cron", "2025-08-01T12:10:00.000Z"]);
  const endless = { reason: "the export moves", until: "2026-08-01T12:00:00Z" };
  equal((await call("operator", "POST /api/heartbeats/nightly/pause", endless)).body.code, "PAUSE_TIMES");
  equal((await call("operator", "POST /api/heartbeats/nightly/pause", { reason: "no end" })).status, 400);
  const pause = { ...endless, until: "2025-08-01T14:00:00Z" };
  equal((await call("operator", "POST /api/heartbeats/nightly/pause", pause)).body.state, "paused");
  equal((await call("operator", "POST /api/heartbeats/nightly/resume")).body.state, "healthy");
});
