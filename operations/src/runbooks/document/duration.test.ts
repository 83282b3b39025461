import { equal } from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDuration } from "./duration.ts";

for (const [text, ms] of [
  ["500ms", 500],
  ["10s", 10_000],
  ["2m", 120_000],
  ["1h", 3_600_000],
] as const) {
  test(`${text} is ${ms} ms and is written back the same`, () => {
    equal(parseDuration(text), ms);
    equal(formatDuration(ms), text);
  });
}

for (const text of ["", "0s", "-1s", "1.5s", "10", "10 s", "1d", "9999999s"]) {
  test(`${JSON.stringify(text)} is no duration`, () => {
    equal(parseDuration(text), undefined);
  });
}
