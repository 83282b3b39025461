import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SampleRing } from "./sample-ring.ts";

test("a ring answers as a plain list of its newest samples would", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 20 }), value: fc.oneof(fc.integer(), fc.constant(Number.NaN)) }),
      fc.record({ dropBefore: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ jump: fc.integer({ min: -50, max: 50 }) }),
      fc.record({ dropAfter: fc.integer({ min: 0, max: 400 }) }),
    ),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 16, max: 40 }), (done, capacity) => {
      const ring = new SampleRing(capacity);
      let list: { time: number; value: number }[] = [];
      let now = 0;
      for (const step of done) {
        if ("dropBefore" in step) {
          ring.dropBefore(step.dropBefore);
          list = list.filter(({ time }) => time >= step.dropBefore);
        } else if ("dropAfter" in step) {
          ring.dropAfter(step.dropAfter);
          list = list.filter(({ time }) => time <= step.dropAfter);
        } else if ("jump" in step) {
          ring.shift(step.jump);
          list = list.map(({ time, value }) => ({ time: time + step.jump, value }));
          now += step.jump;
        } else {
          now += step.push;
          ring.push(now, step.value);
          list = [...list.filter(({ time }) => time !== now), { time: now, value: step.value }].slice(-capacity);
        }
      }
      equal(ring.size, list.length);
      for (const from of [0, now >> 1, now]) {
        const expected = list.filter(({ time, value }) => time >= from && time <= now && !Number.isNaN(value));
        deepEqual(ring.between(from, now), {
          times: expected.map(({ time }) => time),
          values: expected.map(({ value }) => value),
        });
        deepEqual(
          ring.at(from),
          list.findLast(({ time }) => time <= from),
        );
      }
    }),
    { numRuns: 100 },
  );
});
