import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "@assay/platform/clock/clock";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { addMs, HOUR_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { manifestFixture } from "../manifest/manifest-fixture.ts";
import { startShop } from "../shop-fixture.ts";
import { readThreshold } from "../thresholds/reading.ts";
import { threshold } from "../thresholds/threshold.ts";
import { jumpAware } from "./jump-aware-clock.ts";
import { MonitoredSystem } from "./monitored-system.ts";

/** A clock that somebody sets. */
function settable() {
  const base = new MovedClock();
  const wall = { offsetMs: 0 };
  const clock: Clock = {
    now: () => addMs(base.now(), wall.offsetMs),
    monotonicMs: () => base.monotonicMs(),
    sleep: (ms, options) => base.sleep(ms, options),
  };
  return { base, wall, clock };
}

test("a clock that jumps says by how much, before it gives out the new time; one that drifts does not", async () => {
  const { base, wall, clock } = settable();
  const aware = jumpAware(clock);
  const jumps: number[] = [];
  aware.onJump((byMs) => jumps.push(byMs));
  await base.advance(HOUR_MS);
  aware.now();
  wall.offsetMs = 500;
  aware.now();
  deepEqual(jumps, []);
  wall.offsetMs -= HOUR_MS;
  aware.now();
  wall.offsetMs += 2 * HOUR_MS;
  aware.now();
  aware.now();
  deepEqual(jumps, [-HOUR_MS, 2 * HOUR_MS]);
});

const grown = threshold({
  id: "shop.grown",
  title: "Growth",
  unit: "count",
  expression: { kind: "increase", metric: "queue_length", windowMs: 10 * MINUTE_MS },
  target: { op: "lte", value: 5 },
  levels: { high: { op: "gt", value: 5 } },
  forMs: 0,
  source: "test",
});

for (const [direction, byMs] of [
  ["back", -HOUR_MS],
  ["forward", HOUR_MS],
] as const)
  test(`a clock set ${direction} by an hour neither hides what grew nor keeps what is old alive`, async () => {
    await using shop = await startShop();
    const { base, wall, clock } = settable();
    const aware = jumpAware(clock);
    const [check] = [
      { id: "alive", service: "backend", path: "/health", everyMs: 5_000, timeoutMs: 1_000, kind: "liveness" as const },
    ];
    const manifest = manifestFixture({
      services: [{ name: "backend", url: shop.url }],
      metrics: [{ service: "backend", path: "/metrics" }],
      healthChecks: [check],
      thresholds: [grown],
    });
    const token = async () => undefined;
    const system = new MonitoredSystem({ manifest, clock: aware, scrapeIntervalMs: 5_000, token });
    aware.onJump((jump) => system.shift(jump));
    const look = async () => {
      await system.probe(manifest.healthChecks[0]!);
      await system.scrape(manifest.metrics[0]!);
    };
    await look();
    await base.advance(MINUTE_MS);
    shop.queue = 100;
    await look();
    equal(system.health().status, "healthy");

    wall.offsetMs += byMs;
    await base.advance(SECOND_MS);
    const after = readThreshold(grown, system.series, aware.now());
    equal(
      after.kind === "value" && after.levels.includes("high"),
      true,
      "the growth of before is still within the window",
    );
    equal(system.health().status, "healthy", "what was seen a second ago is still a second old");
    await look();
    const again = readThreshold(grown, system.series, aware.now());
    equal(again.kind === "value" && again.levels.includes("high"), true, "new samples are taken at once");

    await base.advance(5 * MINUTE_MS + SECOND_MS);
    equal(system.health().status, "unknown", "nobody looked for a while");
    await base.advance(HOUR_MS);
    equal([...system.series.select("queue_length", {})][0]?.latest(aware.now()), undefined);
  });
