import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { Failure } from "@assay/primitives/failure";
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { ADA } from "../alerts/alerts-fixture.ts";
import { matchersSchema } from "../api/schema/quiet.ts";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { matches } from "./match.ts";
import { openTestQuiet } from "./quiet-fixture.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };
const DOWN = [{ field: "name", op: "is" as const, values: ["DOWN"] }];
const BY_ADA = { id: ADA.id, name: ADA.name };

test("matchers hold system, name, severity and labels, and a label that is not there is empty", () => {
  const alert = {
    source: "rules",
    system: "shop",
    name: "TILL_SLOW",
    severity: "high",
    labels: { team: "stock" },
  } as const;
  const holds = (field: string, op: "is" | "is-not" | "starts-with", ...values: string[]) =>
    matches([{ field, op, values }], alert);
  equal(holds("system", "is", "bank", "shop"), true);
  equal(holds("severity", "is-not", "critical"), true);
  equal(holds("name", "starts-with", "TILL_"), true);
  equal(holds("label.team", "is", "stock"), true);
  equal(holds("label.region", "is", ""), true);
  equal(holds("label.region", "is-not", ""), false);
});

test("a silence that would hold everything is refused", () => {
  equal(matchersSchema.safeParse([]).success, false);
  equal(matchersSchema.safeParse([{ field: "name", op: "is-not", values: ["DOWN"] }]).success, false);
  equal(matchersSchema.safeParse([{ field: "name", op: "starts-with", values: [""] }]).success, false);
  equal(matchersSchema.safeParse([{ field: "__proto__", op: "is", values: ["x"] }]).success, false);
  equal(matchersSchema.safeParse(DOWN).success, true);
});

test("a silenced alert is recorded and pages nobody, and is told when the silence has ended by itself", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestQuiet(database.app, clock);
  const { quiet, round, find, told } = plane;
  const made = await quiet.silences.create(
    { matchers: DOWN, reason: "known", endsAt: addMs(clock.now(), HOUR_MS) },
    BY_ADA,
  );
  equal(made.ok, true);
  await round({ DOWN: "critical", SLOW: "warning" });
  equal(find("DOWN")?.silencedBy, made.ok && made.value.id);
  equal(find("DOWN")?.incidentId, null);
  deepEqual(await told(), ["[warning] shop.SLOW is firing"]);
  await clock.advance(HOUR_MS - 1);
  await round({ DOWN: "critical", SLOW: "well" });
  equal(find("DOWN")?.silencedBy === null, false);
  await clock.advance(1);
  await round({ DOWN: "critical", SLOW: "well" });
  deepEqual([find("DOWN")?.silencedBy, (await told()).includes("[critical] shop.DOWN is firing")], [null, true]);
  deepEqual((await plane.audit.list({ limit: 100 })).filter(({ action }) => action === "silence.created").length, 1);
});

test("what was told and is silenced stops calling, and calls anew when somebody ends the silence early", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestQuiet(database.app, clock);
  const { quiet, round, told } = plane;
  await round({ DOWN: "critical" });
  deepEqual(await told(), ["[critical] shop.DOWN is firing"]);
  const endsAt = addMs(clock.now(), DAY_MS);
  const made = await quiet.silences.create({ matchers: DOWN, reason: "being replaced", endsAt }, BY_ADA);
  for (let minutes = 0; minutes < 60; minutes += 10) {
    await clock.advance(10 * MINUTE_MS);
    await round({ DOWN: "critical" });
  }
  deepEqual(await told(), []);
  await quiet.silences.end(made.ok ? made.value.id : "", BY_ADA);
  deepEqual(await told(), ["[critical] shop.DOWN is still firing: what kept it quiet has ended"]);
  const again = await quiet.silences.end(made.ok ? made.value.id : "", BY_ADA);
  equal(!again.ok && again.refusal.code, "SILENCE_NOT_FOUND");
});

test("no silence is made without an end, in the past, for longer than a week, or without its audit entry", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestQuiet(database.app, clock);
  const { silences } = plane.quiet;
  const create = (ms: number) =>
    silences.create({ matchers: DOWN, reason: "known", endsAt: addMs(clock.now(), ms) }, BY_ADA);
  const past = await create(0);
  equal(!past.ok && past.refusal.code, "ENDS_IN_THE_PAST");
  const long = await create(7 * DAY_MS + 1);
  equal(!long.ok && long.refusal.code, "TOO_LONG");
  plane.audit.append = () => Promise.reject(new Failure("AUDIT_UNAVAILABLE", { retryable: true }));
  await rejects(create(HOUR_MS), { code: "AUDIT_UNAVAILABLE" });
  deepEqual(silences.active(clock.now()), []);
});

test("a maintenance window keeps its component quiet from its start to its end, and survives a restart", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using before = await openTestQuiet(database.app, clock);
  const window = { title: "New till", system: "shop", components: ["till"], public: true, pagesCritical: false };
  const [startsAt, endsAt] = [addMs(clock.now(), HOUR_MS), addMs(clock.now(), 2 * HOUR_MS)];
  const planned = await before.quiet.maintenance.plan({ ...window, startsAt, endsAt }, BY_ADA);
  equal(planned.ok, true);
  await using plane = await openTestQuiet(database.app, clock);
  deepEqual(plane.quiet.maintenance.active(clock.now()), []);
  await clock.advance(HOUR_MS);
  await plane.round({ TILL: "critical", DOWN: "high" });
  deepEqual([plane.find("TILL")?.maintenance, plane.find("DOWN")?.maintenance], [planned.ok && planned.value.id, null]);
  deepEqual(await plane.told(), ["[high] shop.DOWN is firing"]);
  await clock.advance(HOUR_MS);
  await plane.round({ TILL: "critical", DOWN: "high" });
  equal((await plane.told()).includes("[critical] shop.TILL is firing"), true);
});

test("critical alerts page through a window that says so, and windows that cannot be are refused", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock();
  await using plane = await openTestQuiet(database.app, clock);
  const { maintenance } = plane.quiet;
  const now = clock.now();
  const window = { title: "All", system: null, components: [], public: false, pagesCritical: true };
  const plan = (startMs: number, endMs: number, more: object = {}) =>
    maintenance.plan({ ...window, startsAt: addMs(now, startMs), endsAt: addMs(now, endMs), ...more }, BY_ADA);
  const codes = await Promise.all([
    plan(HOUR_MS, HOUR_MS),
    plan(-2 * HOUR_MS, -HOUR_MS),
    plan(0, 8 * DAY_MS),
    plan(400 * DAY_MS, 401 * DAY_MS),
    plan(0, HOUR_MS, { system: "bank" }),
    plan(0, HOUR_MS, { system: "shop", components: ["gone"] }),
  ]);
  deepEqual(
    codes.map((one) => !one.ok && one.refusal.code),
    ["ENDS_BEFORE_IT_STARTS", "ENDS_IN_THE_PAST", "TOO_LONG", "TOO_FAR_AHEAD", "UNKNOWN_SYSTEM", "UNKNOWN_COMPONENT"],
  );
  const planned = await plan(0, HOUR_MS);
  await plane.round({ DOWN: "critical", SLOW: "high" });
  deepEqual(await plane.told(), ["[critical] shop.DOWN is firing"]);
  await maintenance.end(planned.ok ? planned.value.id : "", BY_ADA);
  deepEqual(await plane.told(), ["[high] shop.SLOW is firing"]);
  deepEqual(
    (await maintenance.list({ from: now, to: addMs(now, DAY_MS) })).map(({ endedBy }) => endedBy),
    ["Ada"],
  );
});
