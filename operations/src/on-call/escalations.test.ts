import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { openTestCalls, PAGE } from "./calls-fixture.ts";
import { savePolicy } from "./policy-store.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

test("with nobody on call the first page goes to everyone, and the steps follow by the clock", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.raise(PAGE);
  deepEqual(calls.taken(), ["Ada: DOWN", "Bo: DOWN", "Cy: DOWN"]);
  await calls.pass(4 * MINUTE_MS);
  deepEqual(calls.taken(), []);
  await calls.pass(MINUTE_MS);
  deepEqual(calls.taken(), [
    "Ada: DOWN (no answer for 5 min)",
    "Bo: DOWN (no answer for 5 min)",
    "Cy: DOWN (no answer for 5 min)",
  ]);
});

test("two ticks at once page once", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.onCall(["per_ada", "per_bo"]);
  await calls.raise(PAGE);
  calls.taken();
  await calls.clock.advance(15 * MINUTE_MS);
  await Promise.all([calls.escalations.tick(), calls.escalations.tick(), calls.escalations.tick()]);
  deepEqual(calls.taken(), ["Bo: DOWN (L1: no answer for 15 min)"]);
});

test("after a long silence of the plane everybody whose step has come is told once", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.onCall(["per_ada", "per_bo"]);
  await calls.raise(PAGE);
  calls.taken();
  await calls.clock.advance(65 * MINUTE_MS);
  await calls.escalations.tick();
  deepEqual(calls.taken(), ["Ada: DOWN (L3: no answer for 1 h 5 min)", "Bo: DOWN (L3: no answer for 1 h 5 min)"]);
});

test("whoever was told hears the end, and nobody is called after it", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.onCall(["per_ada", "per_bo"]);
  await calls.raise(PAGE);
  await calls.end({ ...PAGE.message, title: "DOWN is over" });
  deepEqual(calls.taken(), ["Ada: DOWN", "Ada: DOWN is over"]);
  await calls.pass(5 * HOUR_MS);
  deepEqual(calls.taken(), []);
});

test("a page that gets worse begins from the top, also while it is acknowledged", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.onCall(["per_ada"]);
  await calls.raise({ ...PAGE, severity: "high" });
  await calls.acknowledge(30);
  await calls.raise({ ...PAGE, severity: "high" });
  deepEqual(calls.taken(), ["Ada: DOWN", "Ada: DOWN"], "whoever is at it hears what is new");
  await calls.raise({ ...PAGE, severity: "critical" });
  deepEqual(calls.taken(), ["Ada: DOWN"]);
  equal((await calls.escalations.current())[0]?.state, "calling");
});

test("steps that reach nobody are followed by the next one at once", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.policy([
    { title: "Gone", afterMs: 0, targets: [{ kind: "person", person: "per_left" }] },
    { title: "Auditors", afterMs: MINUTE_MS, targets: [{ kind: "role", role: "auditor" }] },
    { title: "Cy", afterMs: HOUR_MS, targets: [{ kind: "person", person: "per_cy" }] },
  ]);
  await calls.raise(PAGE);
  deepEqual(calls.taken(), ["Cy: DOWN"]);
});

test("when no step reaches anybody everyone is told", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.policy([{ title: "Gone", afterMs: 0, targets: [{ kind: "person", person: "per_left" }] }]);
  await calls.raise(PAGE);
  equal(calls.taken().length, 3);
});

test("a step may tell a channel that belongs to nobody, and it hears the end as well", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  await calls.policy([
    { title: "Team", afterMs: 0, targets: [{ kind: "channel", channel: "chn_team" }] },
    { title: "Approvers", afterMs: HOUR_MS, targets: [{ kind: "role", role: "approver" }] },
  ]);
  await calls.raise(PAGE);
  await calls.end({ ...PAGE.message, title: "DOWN is over" });
  deepEqual(calls.taken(), ["#chn_team: DOWN", "#chn_team: DOWN is over"]);
});

test("the policy of a system is used for it, and a change of it counts for pages under way", async () => {
  await using database = await startTestDatabase(options);
  const calls = openTestCalls(database.app);
  const base = { title: "Shop", systems: ["shop"], severities: [], remindAfterMs: null, repeatAfterMs: HOUR_MS };
  const step = (person: string, afterMs: number) => ({
    title: person,
    afterMs,
    targets: [{ kind: "person" as const, person }],
  });
  await savePolicy(
    database.app,
    { ...base, id: "shop", version: 1, steps: [step("per_bo", 0), step("per_ada", HOUR_MS)] },
    calls.clock.now(),
  );
  await calls.raise(PAGE);
  deepEqual(calls.taken(), ["Bo: DOWN"]);
  await savePolicy(
    database.app,
    { ...base, id: "shop", version: 2, steps: [step("per_bo", 0), step("per_cy", HOUR_MS)] },
    calls.clock.now(),
  );
  await calls.pass(HOUR_MS);
  deepEqual(calls.taken(), ["Cy: DOWN (per_cy: no answer for 1 h)"]);
});
