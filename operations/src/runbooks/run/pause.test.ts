import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { ADA, startRunFixture } from "./run-fixture.ts";

const STEPS = ["first", "second"]
  .map(
    (name) => `## ${name}
\`\`\`http { name=${name} effect=read timeout=2s }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
status: 200
\`\`\`
`,
  )
  .join("\n");

test("a run that is paused ends its step, stops before the next, outlives the plane, and goes on when told", async () => {
  await using plane = await startRunFixture(STEPS, { leaseMs: 1 });
  let id = "";
  plane.kiosk.answers.set("GET /api/tills/1", () => ({ status: 200, body: {} }));
  const request = { runbook: "queue-long", params: {}, environment: "local" as const, incidentId: null };
  const started = await plane.runbooks.runs.start(request, ADA);
  ok(started.ok);
  id = started.value.id;
  const paused = await plane.runbooks.runs.pause(id, ADA);
  equal(paused.ok && paused.value.pauseAskedBy, "Ada");
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  deepEqual([run.state, run.offers, run.reason, run.pauseAskedBy], ["stopped", ["continue"], "paused by Ada", null]);
  equal(steps.length, 0);
  const again = await plane.runbooks.runs.pause(id, ADA);
  equal(!again.ok && again.refusal.code, "RUN_STOPPED");
  const next = await plane.restart();
  const refused = await next.runs.continue(id, { decision: "skip", note: "no", person: ADA });
  equal(!refused.ok && refused.refusal.code, "NOT_OFFERED");
  equal((await next.runs.continue(id, { decision: "continue", note: null, person: ADA })).ok, true);
  await next.tick();
  deepEqual([(await plane.current(id)).run.verdict, (await plane.current(id)).steps.length], ["passed", 2]);
  const late = await next.runs.pause(id, ADA);
  equal(!late.ok && late.refusal.code, "RUN_ENDED");
  ok(plane.audit.some(({ action }) => action === "runbook.run.paused"));
});

const PRINTS = `
process.stdout.write("step 1\\npassword: hunter2hunter2\\nhalf a li");
if (process.argv.includes("hang")) setInterval(() => {}, 1000);`;

test("what a program prints is seen while it runs, by whole lines and without secrets", async () => {
  const hang =
    "## Wait\n```sh { name=wait effect=read timeout=60s }\nassay ps hang\n```\n```yaml expect\nexit: 0\n```\n";
  const programs = new Map([["assay", { command: process.execPath, args: ["-e", PRINTS], env: {} }]]);
  await using plane = await startRunFixture(hang, { programs });
  const request = { runbook: "queue-long", params: {}, environment: "local" as const, incidentId: null };
  const started = await plane.runbooks.runs.start(request, ADA);
  ok(started.ok);
  const { id } = started.value;
  const ticking = plane.runbooks.tick();
  let seen: string | undefined;
  for (let turn = 0; turn < 400 && seen === undefined; turn += 1) {
    const [step] = (await plane.current(id)).steps;
    seen = step && plane.runbooks.live.read(step.id);
    await systemClock.sleep(25);
  }
  match(seen ?? "", /^step 1\npassword: \[redacted\]\n$/);
  await plane.runbooks.runs.abort(id, { reason: "seen enough", person: ADA });
  await ticking;
  equal((await plane.current(id)).run.state, "aborted");
});
