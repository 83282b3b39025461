import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { DAY_MS, HOUR_MS, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import { componentStateSchema } from "../api/schema/status.ts";
import { componentHistory, type StateChange } from "./component-history.ts";

const FROM = toInstant(Date.UTC(2025, 0, 1));
const at = (hours: number) => toInstant(FROM + hours * HOUR_MS);

test("uptime leaves out what is not known and what was maintenance, and says how much that is", () => {
  const changes: StateChange[] = [
    { at: at(6), state: "operational" },
    { at: at(10), state: "major outage" },
    { at: at(12), state: "under maintenance" },
    { at: at(18), state: "degraded performance" },
  ];
  const history = componentHistory(changes, { from: FROM, to: at(48) });
  deepEqual([history.unknownMs, history.outageMs, history.maintenanceMs], [6 * HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS]);
  equal(history.uptime, 34 / 36);
  deepEqual(
    history.days.map(({ day, worst, knownMs }) => [day, worst, knownMs]),
    [
      ["2025-01-01", "major outage", 18 * HOUR_MS],
      ["2025-01-02", "degraded performance", 24 * HOUR_MS],
    ],
  );
});

test("a part that nobody has looked at has no uptime and no good day", () => {
  const history = componentHistory([], { from: FROM, to: at(24) });
  equal(history.uptime, null);
  deepEqual(
    history.days.map(({ worst }) => worst),
    ["no data"],
  );
});

test("whatever happened, the parts of the time add up, days to the whole, and no day is better than it was", () => {
  const change = fc.record({
    at: fc.integer({ min: -48, max: 24 * 9 }).map(at),
    state: fc.constantFrom(...componentStateSchema.options),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.integer({ min: 1, max: 24 * 8 }), (found, hours) => {
      const changes = found.sort((left, right) => left.at - right.at);
      const to = at(hours);
      const { days, uptime, ...sums } = componentHistory(changes, { from: FROM, to });
      equal(sums.knownMs + sums.unknownMs, to - FROM);
      ok(sums.outageMs + sums.maintenanceMs <= sums.knownMs);
      equal(days.length, Math.ceil((to - FROM) / DAY_MS));
      equal(
        days.reduce((sum, day) => sum + day.knownMs, 0),
        sums.knownMs,
      );
      equal(
        days.reduce((sum, day) => sum + day.outageMs, 0),
        sums.outageMs,
      );
      ok(uptime === null || (uptime >= 0 && uptime <= 1));
      for (const day of days) equal(day.worst.endsWith("outage"), day.outageMs > 0);
    }),
    { numRuns: 200 },
  );
});
