import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SeriesStore } from "../metrics-history/series-store.ts";
import { evaluateExpression } from "./evaluate-expression.ts";
import { increase } from "./increase.ts";

const samples = fc.array(
  fc.record({ gapMs: fc.integer({ min: 1_000, max: 60_000 }), value: fc.integer({ min: 0, max: 50 }) }),
  { minLength: 2, maxLength: 30 },
);

/** The growth of a counter, said the long way: every step up, and after a fall everything since zero. */
function naiveGrowth(values: readonly number[]): number {
  return values.slice(1).reduce((sum, value, index) => {
    const before = values[index]!;
    return sum + (value >= before ? value - before : value);
  }, 0);
}

test("an increase over a window that the samples fill exactly is the growth of the counter, resets counted from zero", () => {
  fc.assert(
    fc.property(samples, (steps) => {
      let now = 0;
      const times = steps.map(({ gapMs }) => (now += gapMs));
      const values = steps.map(({ value }) => value);
      const grown = increase({ times, values }, times[0]!, now);
      equal(Math.abs(grown! - naiveGrowth(values)) < 1e-9 * (1 + naiveGrowth(values)), true);
    }),
    { numRuns: 100 },
  );
});

test("an increase is never less than the growth seen, never negative, and at most doubled by what was not seen", () => {
  fc.assert(
    fc.property(
      samples,
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: 0, max: 300_000 }),
      (steps, before, after) => {
        let now = 0;
        const times = steps.map(({ gapMs }) => (now += gapMs));
        const values = steps.map(({ value }) => value);
        const grown = increase({ times, values }, times[0]! - before, now + after)!;
        const seen = naiveGrowth(values);
        equal(grown >= seen - 1e-9, true);
        const sampled = now - times[0]!;
        const distance = sampled / (times.length - 1);
        equal(grown <= seen * ((sampled + 2.2 * distance) / sampled) + 1e-9, true);
      },
    ),
    { numRuns: 100 },
  );
});

test("gauges, ages and their groups are what a plain fold over the present values gives", () => {
  const value = fc.record({
    market: fc.constantFrom("x", "y", "z"),
    replica: fc.nat(3),
    value: fc.integer({ min: -9, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), (rows) => {
      const store = new SeriesStore({ windows: new Map(), maxSeries: 100, maxSamplesPerSeries: 16 });
      const present = new Map<string, { market: string; value: number }>();
      for (const row of rows) {
        const name = `m{market="${row.market}",replica="${row.replica}"}`;
        store.record(name, 1_000, row.value);
        present.set(name, row);
      }
      const values = [...present.values()];
      const groups = ["x", "y", "z"].map((market) =>
        values.filter((one) => one.market === market).map((one) => one.value),
      );
      const maxima = groups.filter((group) => group.length > 0).map((group) => Math.max(...group));
      const expected = (number: number) =>
        values.length === 0 ? { kind: "absent", metric: "m" } : { kind: "value", value: number };
      const gauge = { kind: "gauge", metric: "m", labels: {} } as const;
      deepEqual(
        evaluateExpression({ ...gauge, aggregate: "min", inner: "max", innerBy: ["market"] }, store, 2_000),
        expected(Math.min(...maxima)),
      );
      const sum = values.reduce((total, one) => total + one.value, 0);
      deepEqual(evaluateExpression({ ...gauge, aggregate: "sum" }, store, 2_000), expected(sum));
      const newest = Math.max(...values.map((one) => one.value));
      deepEqual(evaluateExpression({ kind: "age", metric: "m", labels: {} }, store, 2_000), expected(2 - newest));
    }),
    { numRuns: 100 },
  );
});
