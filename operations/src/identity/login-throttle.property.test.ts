import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import fc from "fast-check";
import { LoginThrottle } from "./login-throttle.ts";

const RATE = { burst: 5, everyMs: 1_000 };

test("in no stretch of time are there more tries than the burst and what time gave back", async () => {
  const gaps = fc.array(fc.oneof(fc.constant(0), fc.nat(700)), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(gaps, async (gapsMs) => {
      const clock = new MovedClock();
      const throttle = new LoginThrottle(clock);
      const taken: number[] = [];
      for (const gapMs of gapsMs) {
        await clock.advance(gapMs);
        const result = throttle.take({ account: RATE });
        if (result.ok) taken.push(clock.monotonicMs());
        else ok(result.refusal.retryAfterS >= 1);
      }
      taken.forEach((from, first) => {
        taken.slice(first).forEach((to, further) => {
          ok(further + 1 <= RATE.burst + (to - from) / RATE.everyMs + 1e-6);
        });
      });
    }),
    { numRuns: 30 },
  );
});

test("a try is taken of every key or of none, and given back when it was right", () => {
  const throttle = new LoginThrottle(new MovedClock());
  const one = { burst: 1, everyMs: 60_000 };
  equal(throttle.take({ account: RATE, visitor: one }).ok, true);
  for (let count = 0; count < 9; count += 1) equal(throttle.take({ account: RATE, visitor: one }).ok, false);
  throttle.giveBack("visitor");
  equal(throttle.take({ account: RATE, visitor: one }).ok, true);
  for (let count = 0; count < 3; count += 1) equal(throttle.take({ account: RATE }).ok, true);
  equal(throttle.take({ account: RATE }).ok, false);
});
