import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "@assay/platform/config/secret";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { silentLogger } from "@assay/platform/logging/logger";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { addMs, HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { openTestAlerts } from "../alerts/alerts-fixture.ts";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { Heartbeats } from "./heartbeats.ts";
import { Watchdog } from "./watchdog.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };
const ACTOR = { kind: "person" as const, id: "per_ada", name: "Ada" };
const NIGHTLY = {
  title: "Nightly export",
  system: "shop",
  periodMs: 10 * MINUTE_MS,
  graceMs: 5 * MINUTE_MS,
  severity: "high" as const,
  runbook: "export-silent",
};

async function openTestHeartbeats() {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await startTestDatabase(options));
  const clock = new MovedClock();
  const plane = resources.use(await openTestAlerts(database.app, clock));
  const heartbeats = new Heartbeats({ ...plane, database: database.app, clock, logger: silentLogger });
  await heartbeats.tick();
  const owned = resources.move();
  return {
    ...{ ...plane, clock, heartbeats },
    /** Time goes by with the plane listening. */
    pass: async (minutes: number) => {
      for (let passed = 0; passed < minutes; passed += 1) {
        await clock.advance(MINUTE_MS);
        await heartbeats.tick();
      }
    },
    save: (version = 0) => heartbeats.save({ id: "nightly", version, value: NIGHTLY, actor: ACTOR }),
    firing: () => plane.alerts.current().map(({ name, severity, key, summary }) => ({ name, severity, key, summary })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("a job that falls silent is an alert, and its next beat ends it", async () => {
  await using plane = await openTestHeartbeats();
  const { heartbeats, pass, save, firing } = plane;
  await save();
  await pass(9);
  equal((await heartbeats.beat("nightly", "cron")).ok, true);
  await pass(14);
  deepEqual(firing(), []);
  await pass(1);
  deepEqual(firing(), [
    {
      name: "HEARTBEAT_MISSED",
      severity: "high",
      key: "nightly",
      summary: "Nightly export is silent: it was last heard at 2025-08-01T12:09:00.000Z.",
    },
  ]);
  await pass(3);
  equal(firing().length, 1, "it is one alert however long the silence");
  await heartbeats.beat("nightly", "cron");
  deepEqual(firing(), []);
});

test("a job that was never heard is missed as well", async () => {
  await using plane = await openTestHeartbeats();
  await plane.save();
  await plane.pass(15);
  equal(plane.firing()[0]?.summary, "Nightly export is silent: it has never been heard.");
});

test("silence while the plane itself was down proves nothing", async () => {
  await using plane = await openTestHeartbeats();
  const { clock, heartbeats, save, pass, firing } = plane;
  await save();
  await heartbeats.beat("nightly", "cron");
  await clock.advance(3 * HOUR_MS);
  await pass(13);
  deepEqual(firing(), []);
  await pass(3);
  equal(firing().length, 1);
});

test("a pause has an end, silences for that time only and ends the alert", async () => {
  await using plane = await openTestHeartbeats();
  const { clock, heartbeats, save, pass, firing } = plane;
  await save();
  await pass(15);
  const order = { id: "nightly", reason: "the export moves", actor: ACTOR };
  const endless = await heartbeats.pause({ ...order, until: addMs(clock.now(), 32 * 24 * HOUR_MS) });
  equal(!endless.ok && endless.refusal.code, "PAUSE_TIMES");
  equal((await heartbeats.pause({ ...order, until: addMs(clock.now(), 20 * MINUTE_MS) })).ok, true);
  deepEqual(firing(), []);
  await pass(34);
  deepEqual(firing(), []);
  await pass(1);
  equal(firing().length, 1, "a period and its grace after the pause");
});

test("a change that was made from an older version is refused, and unknown jobs are not heard", async () => {
  await using plane = await openTestHeartbeats();
  equal((await plane.save()).ok, true);
  const stale = await plane.save();
  equal(!stale.ok && stale.refusal.code, "CHANGED_MEANWHILE");
  equal((await plane.save(1)).ok, true);
  const unknown = await plane.heartbeats.beat("weekly", "cron");
  equal(!unknown.ok && unknown.refusal.code, "NOT_FOUND");
});

test("the plane says each minute that it works, with its key, and keeps quiet when it does not work", async () => {
  await using outside = await startHttpReceiver();
  const clock = new MovedClock();
  let workedAt = clock.now();
  const { logger, lines } = captureLogger();
  const key = new Secret("a-key-of-this-plane");
  await using watchdog = new Watchdog({
    clock,
    logger,
    url: `${outside.url}/api/heartbeats/plane`,
    key,
    workedAt: () => workedAt,
  });
  watchdog.start();
  const first = await outside.waitForRequest();
  deepEqual(
    [first.method, first.path, first.headers.authorization],
    ["POST", "/api/heartbeats/plane", "Bearer a-key-of-this-plane"],
  );
  await clock.advance(10 * MINUTE_MS);
  equal(await watchdog.beat(), false);
  equal(
    lines.some((line) => JSON.stringify(line).includes("kept back")),
    true,
  );
  workedAt = clock.now();
  outside.answer(500);
  equal(await watchdog.beat(), false);
  outside.answer(200);
  equal(await watchdog.beat(), true);
});
