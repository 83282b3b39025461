import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LARGEST_KEY, PriceIndex } from "./price-index.ts";

// Neighbours, shared prefixes and both ends of the range.
const key = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: LARGEST_KEY }),
  fc.constant(LARGEST_KEY),
);

test("a price index behaves as a sorted map", () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      const index = new PriceIndex((each) => ({ key: each }));
      const model = new Set<number>();
      for (const each of keys) {
        if (model.delete(each)) index.remove(each);
        else {
          model.add(each);
          const value = index.getOrCreate(each);
          equal(index.getOrCreate(each), value);
        }
        const sorted = [...model].sort((left, right) => left - right);
        deepEqual(
          [...index.values()].map((value) => value.key),
          sorted,
        );
        equal(index.lowest()?.key, sorted[0]);
        equal(index.size, sorted.length);
      }
    }),
  );
});

test("a price index of many levels hands them back lowest first", () => {
  const index = new PriceIndex((each) => ({ key: each }));
  const keys = Array.from({ length: 20_000 }, (_, step) => (step * 104_729) % 2_000_003);
  for (const each of keys) index.getOrCreate(each);
  for (const expected of keys.toSorted((left, right) => left - right)) {
    equal(index.lowest()?.key, expected);
    index.remove(expected);
  }
  equal(index.lowest(), undefined);
});
