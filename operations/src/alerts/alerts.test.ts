import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { Failure } from "@assay/primitives/failure";
import { MINUTE_MS } from "@assay/primitives/instant";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { ADA, openTestAlerts, shopReading } from "./alerts-fixture.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };
const ALL = { states: ["pending", "firing", "resolved"] as const, limit: 100 };

test("a critical alert opens an incident, pages people and tells its story, and its end heals the incident", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestAlerts(database.app, clock);
  const { alerts, incidents, delivery, audit } = plane;
  await alerts.evaluate(shopReading({ DOWN: "critical" }));
  const [alert] = alerts.current();
  equal(alert?.state, "firing");
  const [incident] = await incidents.list({ currentOnly: true, limit: 10 });
  deepEqual([incident?.id, incident?.severity, incident?.state], [alert?.incidentId, "P0", "open"]);
  const pages = await delivery.about([`alert/${alert?.id}`]);
  deepEqual(pages.map(({ personName, kind, message }) => [personName, kind, message.type]).sort(), [
    ["Ada", "email", "alert.firing"],
    ["Bo", "email", "alert.firing"],
  ]);
  await clock.advance(3 * MINUTE_MS);
  await alerts.evaluate(shopReading({ DOWN: "well" }));
  equal((await incidents.find(incident!.id))?.state, "mitigated");
  const timeline = await incidents.timeline(incident!.id);
  deepEqual(
    timeline.map(({ kind }) => kind),
    ["state", "alert", "page", "alert", "page", "state"],
  );
  const audited = await audit.list({ incidentId: incident!.id, limit: 100 });
  deepEqual(
    audited.map(({ details }) => details.digest).reverse(),
    timeline.map(({ digest }) => digest),
  );
});

test("an alert that lasts writes and pages once, and once more when it gets worse", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestAlerts(database.app, clock);
  const { alerts, delivery, incidents } = plane;
  for (const severity of ["high", "high", "critical", "high", "critical"] as const) {
    await alerts.evaluate(shopReading({ DOWN: severity }));
    await clock.advance(1_000);
  }
  const [alert] = alerts.current();
  const pages = await delivery.about([`alert/${alert?.id}`]);
  deepEqual(
    pages.filter(({ personName }) => personName === "Ada").map(({ message }) => message.title),
    ["[high] shop.DOWN is firing", "[critical] shop.DOWN got worse"],
  );
  equal((await incidents.find(alert!.incidentId!))?.severity, "P0");
});

test("a warning pages without an incident, and an info is only shown", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts, delivery, incidents } = plane;
  await alerts.evaluate(shopReading({ SLOW: "warning", ODD: "info" }));
  const [slow, odd] = alerts.current();
  equal((await delivery.about([`alert/${slow?.id}`])).length, 2);
  equal((await delivery.about([`alert/${odd?.id}`])).length, 0);
  deepEqual(await incidents.list({ currentOnly: false, limit: 10 }), []);
});

test("alerts of one system join one open incident, and open it again when one fires after it was mitigated", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestAlerts(database.app, clock);
  const { alerts, incidents } = plane;
  await alerts.evaluate(shopReading({ DOWN: "high", LOST: "well" }));
  await alerts.evaluate(shopReading({ DOWN: "high", LOST: "critical" }));
  const [incident, ...others] = await incidents.list({ currentOnly: false, limit: 10 });
  deepEqual(others, []);
  equal(incident?.severity, "P0");
  await alerts.evaluate(shopReading({ DOWN: "well", LOST: "critical" }));
  equal((await incidents.find(incident!.id))?.state, "open");
  await alerts.evaluate(shopReading({ DOWN: "well", LOST: "well" }));
  equal((await incidents.find(incident!.id))?.state, "mitigated");
  await alerts.evaluate(shopReading({ DOWN: "high", LOST: "well" }));
  equal((await incidents.find(incident!.id))?.state, "open");
});

test("an alert inhibited by another stays quiet while that one fires, and calls when it goes on alone", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts, delivery } = plane;
  const rules = { DOWN: { inhibits: ["SLOW"] } };
  await alerts.evaluate(shopReading({ DOWN: "critical", SLOW: "high" }, rules));
  const find = (name: string) => alerts.current().find((alert) => alert.name === name)!;
  const [down, slow] = [find("DOWN"), find("SLOW")];
  deepEqual([slow.state, slow.inhibitedBy, slow.toldSeverity, slow.incidentId], ["firing", "DOWN", null, null]);
  equal((await delivery.about([`alert/${slow.id}`])).length, 0);
  await alerts.evaluate(shopReading({ DOWN: "well", SLOW: "high" }, rules));
  const titles = (await delivery.about([`alert/${down.id}`])).map(({ message }) => message.title);
  deepEqual([...new Set(titles)], ["[critical] shop.DOWN is firing", "[high] shop.SLOW is firing, and 1 more"]);
});

test("an acknowledgement names the person, moves the incident, expires after half an hour and calls again", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestAlerts(database.app, clock);
  const { alerts, incidents, delivery, paging } = plane;
  await alerts.evaluate(shopReading({ DOWN: "critical" }));
  const id = alerts.current()[0]!.id;
  const acknowledged = await alerts.acknowledge(id, { person: ADA, note: "on it" });
  equal(acknowledged.ok && acknowledged.value.acknowledgement?.by.name, "Ada");
  equal((await incidents.find(alerts.current()[0]!.incidentId!))?.state, "acknowledged");
  const called = async () => (await delivery.about([`alert/${id}`])).length;
  const round = async () => {
    await alerts.evaluate(shopReading({ DOWN: "critical" }));
    await paging.tick();
  };
  await clock.advance(30 * MINUTE_MS - 1);
  await round();
  equal(await called(), 2);
  await clock.advance(1);
  await round();
  equal(await called(), 4);
  equal(alerts.current()[0]?.acknowledgement, null);
  await round();
  equal(await called(), 4);
});

test("an alert that is over or was never there cannot be acknowledged", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts } = plane;
  await alerts.evaluate(shopReading({ DOWN: "critical" }));
  const id = alerts.current()[0]!.id;
  await alerts.evaluate(shopReading({ DOWN: "well" }));
  const late = await alerts.acknowledge(id, { person: ADA, note: "" });
  equal(!late.ok && late.refusal.code, "ALERT_RESOLVED");
  const none = await alerts.acknowledge("alr_none", { person: ADA, note: "" });
  equal(!none.ok && none.refusal.code, "ALERT_NOT_FOUND");
});

test("unknown numbers neither start nor end an alert, also through a restart of the plane", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using before = await openTestAlerts(database.app, clock);
  await before.alerts.evaluate(shopReading({ DOWN: "critical", LOST: undefined }));
  await before.alerts.evaluate(shopReading({ DOWN: undefined, LOST: undefined }));
  await clock.advance(5 * MINUTE_MS);
  await using after = await openTestAlerts(database.app, clock);
  await after.alerts.evaluate(shopReading({ DOWN: undefined, LOST: undefined }));
  deepEqual(
    after.alerts.current().map(({ name, state, unknown }) => [name, state, unknown]),
    [["DOWN", "firing", true]],
  );
  await after.alerts.evaluate(shopReading({ DOWN: "well", LOST: "well" }));
  deepEqual(after.alerts.current(), []);
  deepEqual(
    (await after.alerts.list({ ...ALL })).map(({ state }) => state),
    ["resolved"],
  );
});

test("an alert whose rule the system no longer declares ends", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts } = plane;
  await alerts.evaluate(shopReading({ DOWN: "critical" }));
  await alerts.evaluate(shopReading({ OTHER: "well" }));
  deepEqual(alerts.current(), []);
});

test("a round that could not be written changes nothing and is made up for by the next", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts, delivery } = plane;
  const { page } = delivery;
  delivery.page = () => Promise.reject(new Failure("DATABASE_UNAVAILABLE", { retryable: true }));
  await rejects(alerts.evaluate(shopReading({ DOWN: "critical" })), { code: "DATABASE_UNAVAILABLE" });
  deepEqual([alerts.current(), await alerts.list({ ...ALL })], [[], []]);
  delivery.page = page;
  await alerts.evaluate(shopReading({ DOWN: "critical" }));
  equal((await delivery.about([`alert/${alerts.current()[0]?.id}`])).length, 2);
});

test("people are woken even when the audit log cannot be written", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts, delivery, audit } = plane;
  audit.append = () => Promise.reject(new Failure("AUDIT_UNAVAILABLE", { retryable: true }));
  await alerts.evaluate(shopReading({ DOWN: "critical" }));
  equal((await delivery.about([`alert/${alerts.current()[0]?.id}`])).length, 2);
});

const HEARTBEAT = {
  source: "heartbeat",
  system: "shop",
  name: "NIGHTLY_JOB_SILENT",
  key: "nightly",
  severity: "high",
  summary: "The nightly job has not been heard.",
  runbook: null,
  labels: { team: "stock" },
} as const;

test("an alert from elsewhere is one alert however often it is raised, and ends when it is settled", async () => {
  await using database = await startTestDatabase(options);
  await using plane = await openTestAlerts(database.app, new MovedClock());
  const { alerts, incidents, delivery } = plane;
  const first = await alerts.raise(HEARTBEAT);
  const again = await alerts.raise({ ...HEARTBEAT, summary: "Still nothing." });
  deepEqual(
    [again.id, again.state, again.summary, again.labels],
    [first.id, "firing", "Still nothing.", { team: "stock" }],
  );
  const other = await alerts.raise({ ...HEARTBEAT, key: "hourly" });
  deepEqual([other.id === first.id, other.incidentId === first.incidentId], [false, true]);
  await alerts.settle(HEARTBEAT, "it was heard");
  equal((await incidents.find(first.incidentId!))?.state, "open");
  await alerts.settle({ ...HEARTBEAT, key: "hourly" }, "it was heard");
  await alerts.settle(HEARTBEAT, "it was heard");
  equal((await incidents.find(first.incidentId!))?.state, "mitigated");
  deepEqual(alerts.current(), []);
  const told = (await delivery.about([`alert/${first.id}`])).filter(({ personName }) => personName === "Ada");
  // The first end waits for the group's: nobody is called for it alone.
  deepEqual(told.map(({ message }) => message.type).sort(), ["alert.firing", "alert.firing", "alert.resolved"]);
});

test("an alert from elsewhere survives a restart, and the rounds of its system leave it alone", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using before = await openTestAlerts(database.app, clock);
  const { id } = await before.alerts.raise(HEARTBEAT);
  await clock.advance(MINUTE_MS);
  await using after = await openTestAlerts(database.app, clock);
  await after.alerts.evaluate(shopReading({ DOWN: "well" }));
  await after.alerts.tick();
  deepEqual(
    after.alerts.current().map((alert) => [alert.id, alert.state]),
    [[id, "firing"]],
  );
  equal((await after.alerts.raise(HEARTBEAT)).id, id);
});
