import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { advanceHealth, currentStatus, NEVER_PROBED, type ProbeResult, worstStatus } from "./health-state.ts";

const OUTCOMES = { h: "healthy", d: "degraded", u: "unhealthy", i: "inconclusive" } as const;

function after(outcomes: string) {
  let check = NEVER_PROBED;
  [...outcomes].forEach((letter, at) => {
    const outcome: ProbeResult["outcome"] = OUTCOMES[letter as keyof typeof OUTCOMES];
    check = advanceHealth(check, { at, outcome, durationMs: 1, message: "", components: [] });
  });
  return check;
}

test("a check is unhealthy after three failed probes in a row and healthy after one good one", () => {
  deepEqual(
    ["h", "hu", "huu", "huuu", "huuuh"].map((outcomes) => after(outcomes).status),
    ["healthy", "degraded", "degraded", "unhealthy", "healthy"],
  );
  equal(after("huuh").failures, 0);
});

test("a check that never succeeded is unknown, not healthy, until it has failed three times", () => {
  deepEqual(
    ["", "u", "uu", "uuu"].map((outcomes) => after(outcomes).status),
    ["unknown", "unknown", "unknown", "unhealthy"],
  );
});

test("an answer that says nothing makes the check unknown", () => {
  equal(after("hi").status, "unknown");
  equal(after("huuui").status, "unknown");
});

test("a status remembers since when it holds", () => {
  equal(after("uhhh").since, 1);
  equal(after("hhuu").since, 2);
});

test("what was seen too long ago is unknown", () => {
  equal(currentStatus(after("h"), 1_000, 1_000), "healthy");
  equal(currentStatus(after("h"), 1_001, 1_000), "unknown");
});

test("a system is as well as its worst part, and unknown when nobody looks", () => {
  equal(worstStatus([]), "unknown");
  equal(worstStatus(["healthy", "degraded"]), "degraded");
  equal(worstStatus(["healthy", "unknown", "degraded"]), "unknown");
  equal(worstStatus(["unknown", "unhealthy"]), "unhealthy");
});
