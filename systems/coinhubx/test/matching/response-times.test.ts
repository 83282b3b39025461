import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { responseTimes } from "../../bench/matching/response-times.ts";

test("commands that never meet a busy server take their own time", () => {
  deepEqual(responseTimes(Float64Array.of(1, 2, 3, 2), 10), { p50: 2, p99: 3, worst: 3 });
});

test("those behind a slow command wait for it, less what has passed since", () => {
  // Arrivals at 0, 10, 20, 30: the first is done at 35, so the others wait 25, 16 and 7.
  deepEqual(responseTimes(Float64Array.of(35, 1, 1, 1), 10), { p50: 26, p99: 35, worst: 35 });
});
