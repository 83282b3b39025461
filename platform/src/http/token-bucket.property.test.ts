import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MovedClock } from "../testing/moved-clock.ts";
import { visitorKey } from "./networks.ts";
import { createTokenBuckets } from "./token-bucket.ts";

test("in any window no more is let through than the burst and what the rate gives", async () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat({ max: 2_000 }), asks: fc.nat({ max: 20 }) }), { maxLength: 30 });
  const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 50 }) });
  await fc.assert(
    fc.asyncProperty(steps, rates, async (plan, rate) => {
      const clock = new MovedClock();
      const buckets = createTokenBuckets({ rate, clock });
      const passed: number[] = [];
      for (const { waitMs, asks } of plan) {
        await clock.advance(waitMs);
        for (let ask = 0; ask < asks; ask += 1) if (buckets.take("k") === 0) passed.push(clock.monotonicMs());
      }
      passed.forEach((fromMs, first) => {
        passed.slice(first).forEach((toMs, index) => {
          ok(index + 1 <= rate.burst + ((toMs - fromMs) / 1_000) * rate.perSecond + 1e-6);
        });
      });
    }),
    { numRuns: 30 },
  );
});

test("who waits as long as he was told is let through", async () => {
  const clock = new MovedClock();
  const buckets = createTokenBuckets({ rate: { perSecond: 0.5, burst: 1 }, clock });
  equal(buckets.take("k"), 0);
  const waitS = buckets.take("k");
  equal(waitS, 2);
  await clock.advance(waitS * 1_000);
  equal(buckets.take("k"), 0);
  equal(buckets.take("other"), 0);
});

test("addresses of one IPv6 network count as one visitor", () => {
  equal(visitorKey("2001:db8:1:2:aaaa::1"), visitorKey("2001:db8:1:2::9"));
  equal(visitorKey("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  equal(visitorKey("::1"), "0:0:0:0::/64");
  equal(visitorKey("203.0.113.7"), "203.0.113.7");
});
