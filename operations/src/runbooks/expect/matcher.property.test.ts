import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matches, parseMatcher } from "./matcher.ts";

test("comparisons of decimal texts are exact far beyond what a double holds", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.bigInt({ min: 1n, max: 1000n }),
      (value, step) => {
        const [low, high] = [String(value), String(value + step)];
        equal(matches(low, { lt: high }), true);
        equal(matches(high, { lte: low }), false);
        equal(matches(`${value < 0n ? value : value}.000`, { gte: low, lte: low }), true);
      },
    ),
  );
});

test("a value that does not exist fulfils nothing but exists: false", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      equal(matches(undefined, { eq: value as never }), false);
      equal(matches(undefined, { ne: value as never }), false);
      equal(matches(undefined, { exists: false }), true);
      equal(matches(value as never, { exists: true, eq: value as never }), !Object.is(value, Number.NaN));
    }),
  );
});

const HOLDS: readonly [unknown, unknown, boolean][] = [
  ["healthy", "healthy", true],
  [{ a: 1, b: 2 }, { eq: { b: 2, a: 1 } }, true],
  [503, { in: [200, 503] }, true],
  ["a\nb", { matches: "^a" }, true],
  [{ status: "ok" }, { matches: '"ok"' }, true],
  [[1, 2, 3], { len: 3 }, true],
  [[1, 2, 3], { len: { gte: 4 } }, false],
  ["12", { gt: 5 }, true],
  ["twelve", { gt: 5 }, false],
  [true, { ne: false }, true],
  [-0.5, { lt: 0 }, true],
];

for (const [observed, given, expected] of HOLDS) {
  test(`${JSON.stringify(given)} ${expected ? "holds" : "does not hold"} for ${JSON.stringify(observed)}`, () => {
    const matcher = parseMatcher(given as never);
    equal(matcher.ok && matches(observed as never, matcher.value), expected);
  });
}
