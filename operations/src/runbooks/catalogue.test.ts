import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { createEvents } from "../events/events.ts";
import type { RunbookSystem } from "./run/ports.ts";
import { startRunFixture } from "./run/run-fixture.ts";
import { createRunbooks } from "./runbooks.ts";

const STEPS = "## 1. Look with your own eyes\n- [ ] The line is short\n";

/** A clock on which no pause ever ends by itself. */
const still: Clock = {
  ...systemClock,
  sleep: (_ms, { signal } = {}) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
};

test("the runbooks of a system are there as soon as its manifest is in force", async () => {
  await using plane = await startRunFixture(STEPS);
  const events = createEvents();
  let known: readonly RunbookSystem[] = [];
  const systems = { list: async () => known, get: async () => known[0] };
  await using runbooks = createRunbooks({ ...plane.options, clock: still, events, systems });
  runbooks.start();
  deepEqual(await runbooks.catalogue.list(), []);
  known = await plane.options.systems.list();
  events.publish({ topic: "systems", id: "kiosk" });
  for (let turn = 0; turn < 400 && (await runbooks.catalogue.list()).length === 0; turn += 1)
    await systemClock.sleep(25);
  equal((await runbooks.catalogue.list())[0]?.id, "queue-long");
});
