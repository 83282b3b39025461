import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "../testing/moved-clock.ts";
import { SlidingDistribution } from "./sliding-distribution.ts";

test("values count for the window and are forgotten after it, in steps of a tenth", async () => {
  const clock = new MovedClock();
  const recent = new SlidingDistribution({ clock, windowMs: 300_000 });
  equal(recent.quantile(0.99), undefined);
  recent.add(5_000);
  await clock.advance(269_999);
  recent.add(10);
  ok(Math.abs((recent.quantile(0.99) ?? 0) - 5_000) <= 125);
  await clock.advance(30_001);
  ok(Math.abs((recent.quantile(0.99) ?? 0) - 10) <= 0.25);
  await clock.advance(10 * 300_000);
  equal(recent.quantile(0.99), undefined);
});
