import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@assay/platform/random/random";
import { createRunbooks, type Runbooks } from "../runbooks.ts";
import { Crash, CrashPoints } from "./crash-points.ts";
import { ADA, ada, type RunFixture, startRunFixture } from "./run-fixture.ts";

const STEPS = `## 1. Look
\`\`\`http { name=look effect=read timeout=2s capture=line:$.line }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
status: 200
\`\`\`

## 2. Close
\`\`\`http { name=close effect=write timeout=2s }
POST {{kiosk}}/api/tills/{{till}}/close
\`\`\`
\`\`\`yaml expect
status: 202
\`\`\`

## 3. Open
\`\`\`yaml { name=open effect=write timeout=2s }
action: kiosk.till.open
params: { till: "{{till}}" }
\`\`\`
\`\`\`yaml expect
state: executed
\`\`\`

## 4. Stop
> [!CAUTION]
> One person. Sales stop at one till. Undo: none, because stopping again changes nothing.

\`\`\`yaml { name=stop effect=danger rollback=none timeout=2s }
action: kiosk.sales.stop
params: { till: "{{till}}" }
\`\`\`
\`\`\`yaml expect
state: executed
\`\`\`

## 5. Start
> [!CAUTION]
> Three people. Sales start again at one till. Undo: none, because the first step stops them.

\`\`\`yaml { name=start effect=danger rollback=none timeout=2s }
action: kiosk.sales.start
params: { till: "{{till}}" }
\`\`\`
\`\`\`yaml expect
state: executed
\`\`\`

## 6. Look with your own eyes
- [ ] The line is short
`;

const EFFECTS = ["close", "kiosk.till.open", "kiosk.sales.stop", "kiosk.sales.start"];

interface Process {
  readonly points: CrashPoints;
  readonly runbooks: Runbooks;
}

/** A process over the same database, killed at a point of its own. */
function startProcess(plane: RunFixture, killAt: number, seed: number): Process {
  const points = new CrashPoints(killAt);
  const { options, desk, kiosk } = plane;
  const database = points.database(options.database);
  const accessToken = async () => {
    points.pass();
    return "token";
  };
  const tokens = { accessToken };
  const runbooks = createRunbooks({
    ...{ ...options, database, tokens, desk: points.desk(desk), random: seededRandom(seed), leaseMs: 1 },
  });
  // The reply of a request may be lost although it had its effect.
  kiosk.afterEffect = () => points.pass();
  return { points, runbooks };
}

/** People and a plane bring the run to its end; whoever dies comes back. Counts what was repeated by decision. */
async function bringToEnd(plane: RunFixture, runId: string, process: Process): Promise<string[]> {
  const repeated: string[] = [];
  let current = process;
  for (let turn = 0; turn < 60; turn += 1) {
    try {
      await current.runbooks.tick();
      if (current.points.isDead) throw new Crash();
      const { run, steps } = await plane.current(runId);
      if (run.endedAt !== null) return repeated;
      if (run.state === "waiting_for_person") await sign(current.runbooks, runId, run.cursor!);
      else if (run.state === "waiting_for_approval") plane.desk.decide("executed");
      else if (run.state === "stopped") {
        ok(steps.at(-1)?.reason?.startsWith("OUTCOME_UNKNOWN"), `${run.reason}: ${steps.at(-1)?.reason}`);
        repeated.push(run.cursor!);
        await current.runbooks.runs.continue(runId, { decision: "retry", note: null, person: ADA });
      }
    } catch (error) {
      if (!current.points.isDead) throw error;
    }
    if (current.points.isDead) {
      await end(current);
      current = startProcess(plane, Number.POSITIVE_INFINITY, 1_000 + turn);
    }
  }
  throw new Error(`the run is never over: ${JSON.stringify((await plane.current(runId)).run)}`);
}

/** A dead process cannot even clean up. */
async function end({ runbooks }: Process): Promise<void> {
  try {
    await runbooks[Symbol.asyncDispose]();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

async function sign(runbooks: Runbooks, runId: string, step: string): Promise<void> {
  const isList = step === "look-with-your-own-eyes";
  const request = {
    runId,
    step,
    items: isList ? [{ done: true }] : [],
    note: null,
    proof: isList ? null : { totp: "123456" },
  };
  await runbooks.runs.sign(request, ada);
}

function effectsOf(plane: RunFixture): Record<string, number> {
  const posts = plane.kiosk.requests.filter(({ method }) => method === "POST").length;
  const actions = EFFECTS.slice(1).map((name) => [
    name,
    plane.desk.requests.filter(({ action }) => action === name).length,
  ]);
  return Object.fromEntries([["close", posts], ...actions]);
}

test("killed at any point, a run goes on, and nothing with an effect is repeated but by a person's decision", async () => {
  await using plane = await startRunFixture(STEPS, { leaseMs: 1 });
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 3 });
  plane.kiosk.answer("POST /api/tills/1/close", 202, {});
  await plane.runbooks.catalogue.refresh();
  let asked = 0;
  let killAt = 1;
  for (let isKilled = true; isKilled; killAt += 1) {
    plane.kiosk.requests.length = 0;
    plane.desk.requests.length = 0;
    const process = startProcess(plane, killAt, killAt);
    const request = { runbook: "queue-long", params: {}, environment: "local" as const, incidentId: null };
    const started = await plane.runbooks.runs.start(request, ADA);
    ok(started.ok);
    const repeated = await bringToEnd(plane, started.value.id, process);
    const { run, steps } = await plane.current(started.value.id);
    equal(run.state, "finished", `killed at ${killAt}`);
    equal(steps.at(-1)?.verdict, "passed");
    // Only a request that may have arrived is left to a person; actions are told by their record.
    ok(repeated.every((step) => step === "close") && repeated.length <= 1, `killed at ${killAt}: ${repeated}`);
    const { close, ...actions } = effectsOf(plane);
    ok(close! >= 1 && close! <= 1 + repeated.length, `killed at ${killAt}: closed ${close} times`);
    deepEqual(actions, { "kiosk.till.open": 1, "kiosk.sales.stop": 1, "kiosk.sales.start": 1 }, `killed at ${killAt}`);
    asked += repeated.length;
    isKilled = process.points.isDead;
    await end(process);
  }
  ok(killAt > 60, `${killAt} points`);
  ok(asked >= 2, "somebody was asked where nobody could know");
});
