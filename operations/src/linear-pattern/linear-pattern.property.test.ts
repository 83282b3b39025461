import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLinearPattern } from "./linear-pattern.ts";

const atom = fc.constantFrom("a", "b", "ab", ".", "[ab]", "[^a]", "\\d", "\\w", "\\b", "^", "$", "é", "\\.", "(?:)");
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.tuple(tie("pattern"), tie("pattern")).map(([left, right]) => left + right),
    fc.tuple(tie("pattern"), tie("pattern")).map(([left, right]) => `(${left}|${right})`),
    fc
      .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"))
      .map(([part, times]) => `(?:${part})${times}`),
  ),
}));
const text = fc.string({ unit: fc.constantFrom("a", "b", "1", " ", ".", "é", "\n"), maxLength: 12 });

test("it finds exactly what the language's own regular expressions find", () => {
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      const made = createLinearPattern(source);
      ok(made.ok, source);
      equal(made.value.isIn(subject), new RegExp(source, "u").test(subject), `${source} in ${JSON.stringify(subject)}`);
      equal(made.value.isAllOf(subject), new RegExp(`^(?:${source})$`, "u").test(subject), `${source} is all of it`);
    }),
    { numRuns: 1_000 },
  );
});

for (const source of ["(a)\\1", "(?=a)", "(?<!a)b", "(?<x>a)", "a{300}", "(", ")", "[a", "*a", "a**", "\\q"]) {
  test(`${source} is refused`, () => equal(createLinearPattern(source).ok, false));
}

test("what would take others for ever is over at once, or is not looked through", () => {
  const made = createLinearPattern("^(a+)+$");
  ok(made.ok);
  equal(made.value.isIn(`${"a".repeat(50_000)}!`), false);
  const wide = createLinearPattern("(a|a?|.?){60}x");
  ok(wide.ok);
  equal(wide.value.isIn("a".repeat(200_000)), undefined);
  equal(createLinearPattern("((a{200}){200}){200}").ok, false);
});
