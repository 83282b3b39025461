import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Clock } from "@assay/platform/clock/clock";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { addMs, DAY_MS, HOUR_MS, type Instant, MINUTE_MS, parseInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { ADA, CLEO, MORNING, openTestChecklists } from "./checklists-fixture.ts";

/** 08:30 in Zurich. */
const EARLY = at("2026-03-27T07:30:00Z");

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

test("a round opens at its time, looks by itself, wants a person, and ends with a signature", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock(EARLY);
  await using plane = await openTestChecklists(database.app, clock);
  const { checklists } = plane;
  await checklists.advance();
  deepEqual(await checklists.list({ openOnly: true, limit: 10 }), []);
  await clock.advance(30 * MINUTE_MS);
  await checklists.advance();
  const [opened] = await checklists.list({ openOnly: true, limit: 10 });
  const { id } = opened!.round;
  deepEqual(
    opened!.items.map(({ verdict, last }) => [verdict, last?.observed, last?.source]),
    [
      ["passed", "3 (target ≤ 10)", "threshold shop.queue"],
      [null, undefined, undefined],
    ],
  );
  const early = await checklists.sign(id, { by: CLEO, note: "" });
  deepEqual(
    [!early.ok && early.refusal.code, !early.ok && early.refusal.detail],
    ["ITEMS_OPEN", "The till was counted: open."],
  );
  const bare = await checklists.tick(id, { item: "till", verdict: "passed", note: "", by: ADA });
  equal(!bare.ok && bare.refusal.code, "NOTE_REQUIRED");
  ok((await checklists.tick(id, { item: "till", verdict: "passed", note: "1,204.50", by: ADA })).ok);
  const stranger = await checklists.sign(id, { by: ADA, note: "" });
  equal(!stranger.ok && stranger.refusal.code, "ROLE_MISSING");
  const signed = await checklists.sign(id, { by: CLEO, note: "" });
  equal(signed.ok && signed.value.round.signedBy?.name, "Cleo");
  const again = await checklists.tick(id, { item: "till", verdict: "failed", note: "no", by: ADA });
  equal(!again.ok && again.refusal.code, "ROUND_SIGNED");
  deepEqual(await plane.audited(), [
    "checklist.opened",
    "checklist.items.checked",
    "checklist.item.ticked",
    "checklist.signed",
  ]);
  deepEqual(plane.alerts.told, []);
});

test("an item that could not be looked at is never green, and what is not green needs a note that is about it", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock(EARLY);
  await using plane = await openTestChecklists(database.app, clock);
  const { checklists } = plane;
  await checklists.advance();
  plane.queue = undefined;
  await clock.advance(HOUR_MS);
  for (let look = 0; look < 8; look += 1) await checklists.advance();
  const [opened] = await checklists.list({ openOnly: true, limit: 10 });
  const { id } = opened!.round;
  deepEqual([opened!.items[0]?.verdict, opened!.ticks.length], ["inconclusive", 5]);
  await checklists.tick(id, { item: "till", verdict: "passed", note: "ok", by: ADA });
  const unsaid = await checklists.sign(id, { by: CLEO, note: "" });
  equal(!unsaid.ok && unsaid.refusal.code, "ITEMS_OPEN");
  const forged = await checklists.tick(id, { item: "queue", verdict: "passed", note: "trust me", by: ADA });
  equal(!forged.ok && forged.refusal.code, "ITEM_IS_AUTOMATIC");
  ok((await checklists.tick(id, { item: "queue", note: "metrics are down, counted by hand", by: ADA })).ok);
  plane.queue = 50;
  const looked = await checklists.run(id, { by: ADA });
  deepEqual(looked.ok && [looked.value.items[0]?.verdict, looked.value.items[0]?.note], ["failed", ""]);
  const stale = await checklists.sign(id, { by: CLEO, note: "" });
  equal(!stale.ok && stale.refusal.code, "ITEMS_OPEN");
  await checklists.tick(id, { item: "queue", note: "sale day", by: ADA });
  ok((await checklists.sign(id, { by: CLEO, note: "" })).ok);
});

test("a deadline that passes is one alert until the last late round is signed off, and that is recorded as late", async () => {
  await using database = await startTestDatabase(options);
  const clock = new MovedClock(EARLY);
  await using plane = await openTestChecklists(database.app, clock);
  const { checklists, alerts } = plane;
  await checklists.advance();
  await clock.advance(2 * DAY_MS + 3 * HOUR_MS);
  await checklists.advance();
  await checklists.advance();
  deepEqual(alerts.told, ["raised CHECKLIST_NOT_DONE morning"]);
  equal(alerts.firing.values().next().value?.summary, "Morning list was not signed off by 11:00 Europe/Zurich.");
  const rounds = await checklists.list({ openOnly: true, limit: 10 });
  deepEqual(
    rounds.map(({ round }) => round.period),
    ["2026-03-29", "2026-03-28", "2026-03-27"],
  );
  for (const { round } of rounds) {
    await checklists.tick(round.id, { item: "till", verdict: "passed", note: "late, but right", by: ADA });
    ok((await checklists.sign(round.id, { by: CLEO, note: "" })).ok);
  }
  deepEqual(alerts.told.slice(1), ["settled CHECKLIST_NOT_DONE morning"]);
  const [last] = await checklists.list({ openOnly: false, limit: 1 });
  ok(last!.round.missedAt !== null && last!.round.signedAt! > last!.round.dueAt);
});

let shared: TestDatabase;
before(async () => {
  shared = await startTestDatabase(options);
});
after(() => shared[Symbol.asyncDispose]());

test("there is exactly one round per period, whatever the clock does and however often the plane starts", async () => {
  let run = 0;
  const step = fc.record({ jumpMinutes: fc.integer({ min: -3 * 24 * 60, max: 5 * 24 * 60 }), restart: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      run += 1;
      const checklist = { ...MORNING, name: `morning-${run}` };
      let now = at("2026-03-26T12:00:00Z");
      const still = new MovedClock();
      const clock: Clock = { now: () => now, monotonicMs: () => 0, sleep: (ms, more) => still.sleep(ms, more) };
      let latest = now;
      let plane = await openTestChecklists(shared.app, clock, () => [checklist]);
      const since = now;
      await plane.checklists.advance();
      for (const { jumpMinutes, restart } of steps) {
        now = addMs(now, jumpMinutes * MINUTE_MS);
        latest = now > latest ? now : latest;
        if (restart) {
          await plane[Symbol.asyncDispose]();
          plane = await openTestChecklists(shared.app, clock, () => [checklist]);
        }
        await plane.checklists.advance();
      }
      const rounds = await plane.checklists.list({ openOnly: false, checklist: checklist.name, limit: 200 });
      const periods = rounds.map(({ round }) => round.period);
      equal(new Set(periods).size, periods.length);
      const opened = rounds.filter(({ round }) => round.opensAt > since).length;
      const days = Array.from({ length: 60 }, (_, day) => addMs(at("2026-03-26T00:00:00Z"), day * DAY_MS));
      // 09:00 in Zurich is 08:00 UTC before the clocks change on 29 March 2026, and 07:00 after.
      const expected = days
        .map((day) => addMs(day, day >= at("2026-03-29T00:00:00Z") ? 7 * HOUR_MS : 8 * HOUR_MS))
        .filter((opening) => opening > since && opening <= latest).length;
      equal(opened, expected);
      await plane[Symbol.asyncDispose]();
    }),
    { numRuns: 8 },
  );
});
