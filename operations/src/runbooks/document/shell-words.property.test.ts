import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { joinWords, splitWords } from "./shell-words.ts";

test("quoted words come out as they went in, and nothing in them is expanded", () => {
  const word = fc.string({ minLength: 1, unit: fc.constantFrom("a", " ", "$", "|", "*", ";", "{", "é", "\\") });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const split = splitWords(joinWords(words));
      deepEqual(split.ok && split.value, words);
    }),
  );
});

for (const line of ["a | b", "a; b", "a && b", "a > f", "echo $HOME", "echo `id`", "a *", "'open", "", "a \\ b"]) {
  test(`${JSON.stringify(line)} is refused, since there is no shell`, () => {
    equal(splitWords(line).ok, false);
  });
}
