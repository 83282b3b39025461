import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { parseJsonPath, valueAt } from "./json-path.ts";

const DOCUMENT = {
  checks: { database: { status: "healthy" } },
  flags: [
    { name: "trading", enabled: false },
    { name: "with drawals", enabled: true },
  ],
  "a b": 1,
};

const FOUND: readonly [string, unknown][] = [
  ["$.checks.database.status", "healthy"],
  ["$.flags[0].name", "trading"],
  ["$.flags[-1].enabled", true],
  ['$["a b"]', 1],
  ['$.flags[?@.name=="trading"].enabled', false],
  ["$.flags[?@.name == 'with drawals'].enabled", true],
  ["$.flags[7]", undefined],
  ["$.checks.constructor", undefined],
  ["$", DOCUMENT],
];

for (const [text, expected] of FOUND) {
  test(`${text} finds ${JSON.stringify(expected) ?? "nothing"}`, () => {
    const path = parseJsonPath(text);
    deepEqual(path.ok && valueAt(DOCUMENT, path.value), expected);
  });
}

for (const text of ["", "checks", "$..status", "$.flags[*]", "$.a b", "$.flags[?@.name>1]"]) {
  test(`${JSON.stringify(text)} is no path to one value`, () => {
    equal(parseJsonPath(text).ok, false);
  });
}
