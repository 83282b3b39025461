import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compare, matches, parseMatcher } from "./matcher.ts";

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

const BIG = "123456789012345678901234567890";

/** Each matcher: what holds, what does not, and what nobody can tell. */
const COMPARED: readonly [observed: unknown, given: unknown, expected: "holds" | "fails" | "unclear"][] = [
  ["healthy", "healthy", "holds"],
  ["sick", "healthy", "fails"],
  [undefined, "healthy", "unclear"],
  [null, null, "holds"],
  [5, "5", "fails"],
  [{ a: 1, b: 2 }, { eq: { b: 2, a: 1 } }, "holds"],
  [true, { ne: false }, "holds"],
  [0, { ne: 0 }, "fails"],
  ["0", { ne: 0 }, "unclear"],
  [null, { ne: 0 }, "holds"],
  [undefined, { ne: 0 }, "unclear"],
  ["12", { gt: 5 }, "holds"],
  [BIG, { gte: BIG }, "holds"],
  [BIG, { lt: BIG }, "fails"],
  [-0.5, { lt: 0 }, "holds"],
  [5, { lte: 4 }, "fails"],
  ["twelve", { gt: 5 }, "unclear"],
  [true, { gt: 0 }, "unclear"],
  [[7], { gt: 5 }, "unclear"],
  [null, { lt: 5 }, "unclear"],
  [undefined, { lte: 5 }, "unclear"],
  [503, { in: [200, 503] }, "holds"],
  ["503", { in: [200, 503] }, "fails"],
  [undefined, { in: [200] }, "unclear"],
  ["a\nb", { matches: "^a" }, "holds"],
  ["b", { matches: "^a" }, "fails"],
  [{ status: "ok" }, { matches: '"ok"' }, "holds"],
  [undefined, { matches: "a" }, "unclear"],
  [`${"ab".repeat(150_000)}`, { matches: "(a|b|a?|b?){60}x" }, "unclear"],
  [0, { exists: true }, "holds"],
  [null, { exists: true }, "holds"],
  [undefined, { exists: true }, "fails"],
  [undefined, { exists: false }, "holds"],
  [[1, 2, 3], { len: 3 }, "holds"],
  [[1, 2, 3], { len: { gte: 4 } }, "fails"],
  ["äö", { len: 2 }, "holds"],
  [{}, { len: 0 }, "holds"],
  [5, { len: 1 }, "unclear"],
  [undefined, { len: 0 }, "unclear"],
  ["x", { ne: "y", gt: 5 }, "unclear"],
  ["x", { ne: "x", gt: 5 }, "fails"],
];

for (const [observed, given, expected] of COMPARED) {
  const shown = JSON.stringify(observed)?.slice(0, 40) ?? "nothing";
  test(`${JSON.stringify(given)} ${expected} for ${shown}`, () => {
    const matcher = parseMatcher(given as never);
    const compared = matcher.ok && compare(observed as never, matcher.value);
    const told =
      compared === false ? "refused" : "unclear" in compared ? "unclear" : compared.holds ? "holds" : "fails";
    equal(told, expected);
  });
}

for (const given of [
  { matches: "(a)\\1" },
  { matches: "[" },
  { in: [] },
  { lt: "many" },
  { len: -1 },
  { exists: 1 },
  {},
  [],
]) {
  test(`${JSON.stringify(given)} is no matcher`, () => equal(parseMatcher(given as never).ok, false));
}
