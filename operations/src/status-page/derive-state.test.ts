import { equal } from "node:assert/strict";
import { test } from "node:test";
import { addMs, toInstant } from "@assay/primitives/instant";
import type { Override } from "./component.ts";
import { deriveState, type Evidence } from "./derive-state.ts";

const now = toInstant(1_700_000_000_000);
const well: Evidence = {
  ...{ now, override: undefined, maintenance: undefined, firing: [], alerts: "evaluated" },
  checks: [{ id: "up", status: "healthy" }],
};
const stateOf = (more: Partial<Evidence>) => deriveState({ ...well, ...more }).state;

test("a part is operational only when something says so and nothing says otherwise", () => {
  equal(stateOf({}), "operational");
  equal(stateOf({ checks: [], alerts: "none" }), "no data");
  equal(stateOf({ checks: [{ id: "up", status: "unknown" }] }), "no data");
  equal(stateOf({ alerts: "stale" }), "no data");
  equal(stateOf({ checks: [], firing: [] }), "operational");
});

test("what is known to be bad stays bad when the rest is not known", () => {
  const firing = [{ name: "DOWN", severity: "critical" as const }];
  equal(stateOf({ alerts: "stale", firing }), "major outage");
  equal(stateOf({ checks: [{ id: "up", status: "unknown" }], firing }), "major outage");
});

test("an outage is major when nothing answers and partial when something does", () => {
  const ill = { id: "up", status: "unhealthy" } as const;
  equal(stateOf({ checks: [ill] }), "major outage");
  equal(stateOf({ checks: [ill, { id: "ready", status: "healthy" }] }), "partial outage");
  equal(stateOf({ checks: [{ id: "up", status: "degraded" }] }), "degraded performance");
  equal(stateOf({ firing: [{ name: "SLOW", severity: "warning" }] }), "degraded performance");
  equal(stateOf({ firing: [{ name: "NEWS", severity: "info" }] }), "operational");
});

test("what a person set goes first until it ends, then planned maintenance", () => {
  const override: Override = {
    ...{ componentId: "a", state: "operational" as const, reason: "the check is wrong", by: "Ada", at: now },
    endsAt: addMs(now, 1),
  };
  const ill = { checks: [{ id: "up", status: "unhealthy" as const }], maintenance: "new disks" };
  equal(stateOf({ ...ill, override }), "operational");
  equal(stateOf({ ...ill, override, now: override.endsAt }), "under maintenance");
});
