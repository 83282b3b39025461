import { equal } from "node:assert/strict";
import { test } from "node:test";
import { type Instant, toInstant } from "@assay/primitives/instant";
import { array, assert, integer, property } from "fast-check";
import { countAttempt, NO_ATTEMPTS, type RateLimit } from "./rate-limit.ts";

const limit: RateLimit = { bucket: "test", limit: 3, windowMs: 100, blockMs: 0 };

function accepted(gapsMs: readonly number[], tested: RateLimit): Instant[] {
  let attempts = NO_ATTEMPTS;
  let now = toInstant(0);
  const times: Instant[] = [];
  for (const gapMs of gapsMs) {
    now = toInstant(now + gapMs);
    const counted = countAttempt(attempts, tested, now);
    attempts = counted.attempts;
    if (counted.decision.ok) times.push(now);
    else {
      const later = toInstant(now + counted.decision.refusal.retryAfterS * 1_000);
      equal(countAttempt(attempts, tested, later).decision.ok, true, "waiting as told is enough");
    }
  }
  return times;
}

test("in no window, wherever it begins, are more attempts let through than the limit", () => {
  assert(
    property(array(integer({ min: 0, max: 60 }), { maxLength: 60 }), (gapsMs) => {
      const times = accepted(gapsMs, limit);
      times.forEach((start, index) => {
        const inside = times.slice(index).filter((time) => time < start + limit.windowMs);
        equal(inside.length <= limit.limit, true);
      });
    }),
  );
});

test("one attempt too many blocks for the whole block time, whoever goes on trying", () => {
  const blocking: RateLimit = { ...limit, blockMs: 900_000 };
  assert(
    property(array(integer({ min: 0, max: 20 }), { minLength: 4, maxLength: 40 }), (gapsMs) => {
      equal(accepted([0, 0, 0, 0, ...gapsMs], blocking).length, 3);
    }),
  );
});
