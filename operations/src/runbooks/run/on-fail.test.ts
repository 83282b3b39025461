import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { retryPauses } from "../document/retry.ts";
import { startRunFixture } from "./run-fixture.ts";

function check(name: string, more: string, expects: string): string {
  return `## ${name}
\`\`\`http { name=${name} effect=read timeout=2s ${more} }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
${expects}
\`\`\`

`;
}

async function runOf(steps: string) {
  await using plane = await startRunFixture(steps);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 3 });
  const { id } = await plane.run();
  const { run, steps: done } = await plane.current(id);
  return { run, done: done.map(({ step, verdict }) => [step, verdict]) };
}

const NEXT = check("middle", "", "status: 200") + check("end", "", "status: 200");

test("on-fail=goto leads to a later step, leaves out what lies between, and the run has not passed", async () => {
  const { run, done } = await runOf(check("first", "on-fail=goto:end", "status: 500") + NEXT);
  deepEqual(done, [
    ["first", "failed"],
    ["end", "passed"],
  ]);
  deepEqual([run.state, run.verdict], ["finished", "failed"]);
});

test("on-fail=goto is not taken by a step that passes", async () => {
  const { run, done } = await runOf(check("first", "on-fail=goto:end", "status: 200") + NEXT);
  deepEqual([done.length, run.verdict], [3, "passed"]);
});

test("on-fail=abort ends the run there", async () => {
  const { run, done } = await runOf(check("first", "on-fail=abort", "status: 500") + NEXT);
  deepEqual([done.length, run.state, run.verdict, run.cursor], [1, "aborted", "failed", null]);
  match(run.reason ?? "", /^first: failed, after which this runbook ends$/);
  ok(run.endedAt !== null);
});

test("on-fail=continue goes on, also after what is inconclusive, which is never green", async () => {
  const { run } = await runOf(check("first", "on-fail=continue", "json: { $.nothing: 3 }") + NEXT);
  deepEqual([run.state, run.verdict], ["finished", "inconclusive"]);
});

test("a step that only reads is tried again, each time after a longer pause, and never more often", async () => {
  await using plane = await startRunFixture(check("first", "retry=3x10ms", "json: { $.line: 0 }"));
  let asked = 0;
  plane.kiosk.answers.set("GET /api/tills/1", () => ({ status: 200, body: { line: 2 - asked++ } }));
  equal((await plane.run()).verdict, "passed");
  equal(asked, 3);
  asked = -100;
  equal((await plane.run()).state, "stopped");
  equal(asked, -96);
  deepEqual(retryPauses({ times: 5, everyMs: 10_000 }), [10_000, 20_000, 40_000, 60_000, 60_000]);
  deepEqual(retryPauses({ times: 2, everyMs: 90_000 }), [90_000, 90_000]);
});

test("a step with env= is left out elsewhere, and a run of nothing but such steps is inconclusive", async () => {
  const { run, done } = await runOf(check("first", "env=production", "status: 500"));
  deepEqual([done, run.state, run.verdict], [[["first", "skipped"]], "finished", "inconclusive"]);
});
