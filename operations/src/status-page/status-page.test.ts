import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { addMs, DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import type { PublicIncidentView } from "../api/schema/status.ts";
import { ADA, declare } from "../incidents/incident-fixture.ts";
import type { MaintenanceWindow } from "../quiet/maintenance.ts";
import { atomFeed, rssFeed } from "./status-feeds.ts";
import { CHECKOUT, openTestStatus, STATUS_URL } from "./status-fixture.ts";

const INTERNAL = "INTERNAL host db-7 10.0.0.3";
const words = { status: "investigating", text: "Paying fails for some of you.", by: ADA } as const;

test("states are written down when they change, and time that nobody watched is not known", async () => {
  await using plane = await openTestStatus();
  const { board, world, clock, content } = plane;
  await board.look();
  await clock.advance(HOUR_MS);
  world.health = "unhealthy";
  equal((await board.look()).state, "major outage");
  await clock.advance(HOUR_MS);
  world.health = "healthy";
  await board.look();
  await clock.advance(HOUR_MS);
  const next = plane.reopenBoard();
  await next.look();
  const changes = (await next.changes(addMs(clock.now(), -DAY_MS))).get(CHECKOUT)!;
  deepEqual(
    changes.map(({ state }) => state),
    ["operational", "major outage", "operational", "no data", "operational"],
  );
  await clock.advance(MINUTE_MS);
  const { history } = (await content.history()).components[0]!;
  const knownMs = 2 * HOUR_MS + 1 + MINUTE_MS;
  deepEqual([history.outageMs, history.knownMs, history.days.length], [HOUR_MS, knownMs, 90]);
  equal(history.uptime, (knownMs - HOUR_MS) / knownMs);
});

test("an override ends by itself and cannot be without an end", async () => {
  await using plane = await openTestStatus();
  const { statusDesk, board, clock, audit } = plane;
  const order = { state: "partial outage", reason: "the bank is slow", by: ADA } as const;
  const code = async (endsAt: Instant) => {
    const set = await statusDesk.override(CHECKOUT, { ...order, endsAt });
    return set.ok ? "set" : set.refusal.code;
  };
  deepEqual(
    [await code(clock.now()), await code(addMs(clock.now(), 8 * DAY_MS))],
    ["ENDS_IN_THE_PAST", "ENDS_TOO_LATE"],
  );
  equal(await code(addMs(clock.now(), HOUR_MS)), "set");
  equal((await board.look()).state, "partial outage");
  await clock.advance(HOUR_MS);
  equal((await board.look()).state, "operational");
  const [entry] = await audit.list({ limit: 1 });
  equal(entry?.action, "status.override.set");
});

test("a part made by hand without checks has no data until a person says what it is like", async () => {
  await using plane = await openTestStatus();
  const { statusDesk, board, clock } = plane;
  const made = { title: "Phone support", description: "", group: "People", position: 1, system: null };
  const added = await statusDesk.addComponent({ ...made, healthChecks: [], alerts: [] }, ADA);
  ok(added.ok);
  equal((await board.look()).state, "no data");
  const endsAt = addMs(clock.now(), HOUR_MS);
  await statusDesk.override(added.value.id, { state: "operational", reason: "we are here", by: ADA, endsAt });
  equal((await board.look()).state, "operational");
  const declared = await statusDesk.removeComponent(CHECKOUT, ADA);
  equal(declared.ok ? undefined : declared.refusal.code, "COMPONENT_DECLARED");
});

test("users read what a person wrote for them and nothing from the inside", async () => {
  await using plane = await openTestStatus();
  const { desk, publicIncidents, content, board, incidents, statusDesk, clock } = plane;
  await board.look();
  const { id } = await declare(plane);
  await desk.changeSeverity(id, { to: "P0", reason: INTERNAL, by: ADA });
  const untitled = await publicIncidents.updateOf(id, words);
  equal(untitled.ok ? undefined : untitled.refusal.code, "TITLE_REQUIRED");
  const told = await publicIncidents.updateOf(id, { ...words, title: "Checkout fails", components: [CHECKOUT] });
  ok(told.ok);
  await publicIncidents.updateOf(id, { ...words, status: "identified", text: "The bank does not answer." });
  const endsAt = addMs(clock.now(), HOUR_MS);
  await statusDesk.override(CHECKOUT, { state: "partial outage", reason: INTERNAL, by: ADA, endsAt });
  content.forget();
  const summary = await content.summary();
  const everything = JSON.stringify([
    summary,
    await content.history(),
    await content.banners("shop"),
    atomFeed({ url: STATUS_URL, incidents: summary.incidents, now: summary.asOf }),
  ]);
  ok(!everything.includes("INTERNAL") && !everything.includes(ADA.name) && !everything.includes(id));
  deepEqual(
    summary.incidents[0]?.updates.map(({ status }) => status),
    ["identified", "investigating"],
  );
  const [banner] = await content.banners("shop");
  deepEqual([banner?.kind, banner?.state, banner?.text], ["incident", "partial outage", "The bank does not answer."]);
  deepEqual(await content.banners("bank"), []);
  const story = (await incidents.timeline(id)).filter(({ kind }) => kind === "update");
  equal(story.length, 2);
  match(story[0]!.summary, /Ada told users \(investigating\): Paying fails/);
});

test("public maintenance is shown ahead, on the part while it lasts, and never when it is not public", async () => {
  await using plane = await openTestStatus();
  const { world, board, content, clock } = plane;
  const window: MaintenanceWindow = {
    ...{ id: "mnt_1", title: "New disks", system: "shop", components: ["checkout"], public: true, pagesCritical: true },
    ...{ startsAt: addMs(clock.now(), HOUR_MS), endsAt: addMs(clock.now(), 2 * HOUR_MS), by: ADA },
    ...{ createdAt: clock.now(), endedAt: null, endedBy: null },
  };
  world.windows = [window, { ...window, id: "mnt_2", public: false }];
  equal((await board.look()).state, "operational");
  deepEqual(
    (await content.summary()).maintenance.map(({ id, components }) => [id, components]),
    [["mnt_1", [CHECKOUT]]],
  );
  deepEqual(
    (await content.banners("shop")).map(({ kind, title }) => [kind, title]),
    [["maintenance", "New disks"]],
  );
  await clock.advance(HOUR_MS);
  equal((await board.look()).state, "under maintenance");
  await clock.advance(HOUR_MS);
  equal((await board.look()).state, "operational");
});

test("feeds hold each update and survive what people type", () => {
  const text = `<script>alert("1")</script> & \u0000 \uD800`;
  const update = { at: "2025-08-01T12:00:00.000Z", status: "investigating", text } as const;
  const incident: PublicIncidentView = {
    ...({ id: "pub_1", title: 'A "b" <c>', status: "investigating", components: [], startedAt: update.at } as const),
    ...{ resolvedAt: null, updates: [update] },
  };
  for (const feed of [atomFeed, rssFeed]) {
    const xml = feed({ url: STATUS_URL, incidents: [incident], now: update.at });
    ok(!xml.includes("<script>") && !xml.includes("\u0000") && xml.isWellFormed());
    match(xml, /A &quot;b&quot; &lt;c&gt;: investigating/);
  }
});
