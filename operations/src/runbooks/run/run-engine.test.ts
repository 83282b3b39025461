import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { ADA, ada, startRunFixture } from "./run-fixture.ts";

const CHECK = `## 1. See the line
\`\`\`http { name=see-line effect=read timeout=2s capture=clerk:$.clerk }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
status: 200
json: { $.line: { lte: threshold:kiosk.queue.target }, $.till: param:till }
\`\`\`
`;
const RESTART = `## 2. Restart
\`\`\`sh { name=restart effect=write timeout=5s }
assay restart "{{capture.clerk}}; rm -rf /"
\`\`\`
\`\`\`yaml expect
exit: 0
json: { "$.rest[0]": "bob; rm -rf /" }
\`\`\`
`;
const WRITE = `## Close the till
\`\`\`http { name=close effect=write timeout=2s }
POST {{kiosk}}/api/tills/{{till}}/close

{ "till": "{{till}}", "password": "hunter2hunter2" }
\`\`\`
\`\`\`yaml expect
status: 202
\`\`\`
`;
const START_SALES = `## Sell again
> [!CAUTION]
> Three people. Sales start again. Undo: step \`stop-sales\`.

\`\`\`yaml { name=start-sales effect=danger rollback=stop-sales timeout=5s }
action: kiosk.sales.start
params: { till: "{{till}}" }
\`\`\`
\`\`\`yaml expect
json: { $.sales: open }
alert: { kiosk.QUEUE_LONG: resolved }
within: 300ms
\`\`\`

## Undo: stop sales
> [!CAUTION]
> One person. Sales stop at one till. Undo: none, because stopping again changes nothing.

\`\`\`yaml { name=stop-sales effect=danger rollback=none timeout=5s }
action: kiosk.sales.stop
params: { till: "{{till}}" }
\`\`\`
\`\`\`yaml expect
state: executed
\`\`\`
`;
const MANUAL = `## Look with your own eyes
- [ ] The line is short
- [ ] Somebody told the manager (note)
`;

test("a run executes checks and commands, keeps the evidence and ends with a verdict", async () => {
  await using plane = await startRunFixture(CHECK + RESTART);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 3, till: 1, clerk: "bob" });
  const run = await plane.run();
  deepEqual([run.state, run.verdict, run.cursor, run.captures], ["finished", "passed", null, { clerk: "bob" }]);
  const { steps } = await plane.current(run.id);
  deepEqual(
    steps.map(({ step, verdict }) => [step, verdict]),
    [
      ["see-line", "passed"],
      ["restart", "passed"],
    ],
  );
  equal(steps[0]!.command, `curl -K "$ASSAY_CURLRC" -s ${plane.kiosk.url}/api/tills/1`);
  deepEqual(steps[0]!.expectations[1], {
    text: 'json $.line lte "threshold:kiosk.queue.target"',
    expected: { lte: 10 },
    observed: 3,
    verdict: "passed",
    reason: null,
  });
  match(steps[0]!.outputSha256 ?? "", /^[0-9a-f]{64}$/);
  const request = plane.kiosk.requests.find(({ path }) => path === "/api/tills/1");
  equal(request?.headers.authorization, "Bearer token-of-per_ada-for-kiosk");
});

test("a program gets an argument vector and nothing of the plane's environment", async () => {
  await using plane = await startRunFixture(CHECK + RESTART);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 3, till: 1, clerk: "bob" });
  const { steps } = await plane.current((await plane.run()).id);
  const output = steps[1]!.output.replace("exit 0\n", "");
  deepEqual(JSON.parse(output), { verb: "restart", rest: ["bob; rm -rf /"], env: [] });
});

test("the timeline of the incident and the audit log hold every step, the intent of writes first", async () => {
  await using plane = await startRunFixture(WRITE);
  plane.kiosk.answer("POST /api/tills/1/close", 202, { ok: true });
  await plane.run();
  deepEqual(
    plane.audit.map(({ action }) => action),
    ["runbook.run.started", "runbook.step.started", "runbook.step.finished"],
  );
  deepEqual(
    plane.timeline.map(({ incidentId, summary }) => [incidentId, summary]),
    [
      ["inc_1", 'Runbook "The line is too long" started.'],
      ["inc_1", 'Step "Close the till" started.'],
      ["inc_1", 'Step "Close the till": passed.'],
    ],
  );
  equal(plane.timeline[2]!.details.output_sha256?.toString().length, 64);
});

test("secrets are taken out before anything is stored, and every write carries an idempotency key", async () => {
  await using plane = await startRunFixture(WRITE.replace("timeout=2s", "timeout=2s redact=pin"));
  const leak = { pin: "4711", note: "Bearer abcdefghijklmnop", nested: [{ access_token: "s3cr3t-value" }] };
  plane.kiosk.answer("POST /api/tills/1/close", 202, leak);
  const run = await plane.run();
  const stored = JSON.stringify([await plane.current(run.id), plane.audit, plane.timeline]);
  for (const secret of ["4711", "abcdefghijklmnop", "s3cr3t-value", "hunter2hunter2"])
    equal(stored.includes(secret), false, `${secret} is not stored`);
  const request = plane.kiosk.requests.at(-1)!;
  equal(JSON.parse(request.body).password, "hunter2hunter2");
  match(String(request.headers["idempotency-key"]), /^stp_/);
});

test("a step that fails stops the run, and a person retries it, leaves it out with a reason, or aborts", async () => {
  await using plane = await startRunFixture(CHECK + MANUAL);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 30, till: 1, clerk: "bob" });
  const { id, ...stopped } = await plane.run();
  deepEqual([stopped.state, stopped.offers, stopped.reason], ["stopped", ["retry", "skip"], "see-line: failed"]);
  const choose = (decision: "retry" | "skip" | "rollback", note: string | null = null) =>
    plane.runbooks.runs.continue(id, { decision, note, person: ADA });
  equal((await choose("rollback")).ok, false);
  equal((await choose("skip")).ok, false, "a reason is required");
  equal((await choose("retry")).ok, true);
  await plane.runbooks.tick();
  equal((await plane.current(id)).run.state, "stopped");
  equal((await choose("skip", "the sensor is broken")).ok, true);
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  equal(run.state, "waiting_for_person");
  deepEqual(
    steps.map(({ step, attempt, verdict }) => [step, attempt, verdict]),
    [
      ["see-line", 1, "failed"],
      ["see-line", 2, "failed"],
      ["see-line", 3, "skipped"],
      ["look-with-your-own-eyes", 1, null],
    ],
  );
  const items = [{ done: true }, { done: true, note: "by phone" }];
  const signed = await plane.runbooks.runs.sign(
    { runId: id, step: "look-with-your-own-eyes", items, note: null, proof: null },
    ada,
  );
  ok(signed.ok);
  equal(signed.value.verdict, "inconclusive", "a step left out is never green");
});

test("on-fail=continue goes on and the run fails", async () => {
  await using plane = await startRunFixture(CHECK.replace("timeout=2s", "timeout=2s on-fail=continue") + WRITE);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 30, till: 1, clerk: "bob" });
  plane.kiosk.answer("POST /api/tills/1/close", 202, {});
  const run = await plane.run();
  deepEqual([run.state, run.verdict], ["finished", "failed"]);
});

for (const [what, from, to] of [
  ["a service that does not answer", "{{kiosk}}/api", "{{services.kiosk-worker}}/api"],
  ["an answer that is not what its path promises", "/api/tills/{{till}}", "/api/text"],
  ["a metric without a value", "status: 200", "metric: { kiosk.queue: { lte: threshold:kiosk.queue.target } }"],
  ["an alert that nobody judges", "status: 200", "alert: { kiosk.QUEUE_LONG: resolved }"],
  ["a value to keep that is not there", "capture=clerk:$.clerk", "capture=clerk:$.nobody"],
] as const) {
  test(`${what} is inconclusive, and that stops the run`, async () => {
    await using plane = await startRunFixture(CHECK.replace(from, to));
    plane.kiosk.answer("GET /api/tills/1", 200, { line: 3, till: 1, clerk: "bob" });
    plane.kiosk.answer("GET /api/text", 200, "this is not JSON");
    const run = await plane.run();
    deepEqual([run.state, run.reason], ["stopped", "see-line: inconclusive"]);
  });
}

test("a runbook can say that a service must not answer", async () => {
  const silent = CHECK.replace(/status: 200\njson.*\n/, "status: { exists: false }\n").replace(/ capture=\S+/, "");
  await using answering = await startRunFixture(silent);
  answering.kiosk.answer("GET /api/tills/1", 200, {});
  equal((await answering.run()).reason, "see-line: failed");
  await using down = await startRunFixture(silent.replace("{{kiosk}}", "{{services.kiosk-worker}}"));
  equal((await down.run()).verdict, "passed");
});

test("a check is repeated until its time is over, a command is not", async () => {
  await using plane = await startRunFixture(
    CHECK.replace("status: 200", "within: 5s\nstatus: 200") + WRITE.replace("status: 202", "within: 50ms\nstatus: 202"),
  );
  let line = 13;
  plane.kiosk.answers.set("GET /api/tills/1", () => ({ status: 200, body: { line: --line, till: 1, clerk: "bob" } }));
  plane.kiosk.answer("POST /api/tills/1/close", 503, {});
  const run = await plane.run();
  equal(run.cursor, "close");
  equal(plane.kiosk.requests.filter(({ method }) => method === "GET" && line < 99).length >= 3, true);
  equal(plane.kiosk.requests.filter(({ method }) => method === "POST").length, 1);
});

test("a step that outlives its timeout is killed with everything it started", async () => {
  const hang = RESTART.replace(/assay restart .*/, "assay restart hang").replace("timeout=5s", "timeout=200ms");
  await using plane = await startRunFixture(hang);
  const run = await plane.run();
  const { steps } = await plane.current(run.id);
  deepEqual([run.state, steps[0]!.verdict], ["stopped", "inconclusive"]);
  match(steps[0]!.reason ?? "", /^TIMEOUT/);
});

test("a query is bound, never spliced, and reads over its own connection", async () => {
  const query = `## Ask
\`\`\`sql { name=ask effect=read timeout=2s capture=clerk:$[0].clerk }
select {{till}}::int as till, 'x' as clerk where {{run.id}} like 'run%'
\`\`\`
\`\`\`yaml expect
rows: 1
json: { "$[0].till": param:till }
\`\`\`
`;
  await using plane = await startRunFixture(query);
  const run = await plane.run({ till: 4 });
  deepEqual([run.state, run.verdict, run.captures], ["finished", "passed", { clerk: "x" }]);
});

test("an action for several people waits as state, and goes on with what they decided", async () => {
  await using plane = await startRunFixture(START_SALES + MANUAL);
  plane.alerts.set("kiosk.QUEUE_LONG", "firing");
  const waiting = await plane.run();
  equal(waiting.state, "waiting_for_approval");
  const [request] = plane.desk.requests;
  deepEqual(
    [request?.action, request?.params, request?.requester, request?.step],
    ["kiosk.sales.start", { till: 1 }, ADA, "start-sales"],
  );
  equal(request?.runbook.sha256, waiting.runbook.sha256);
  plane.desk.decide("pending");
  await plane.runbooks.tick();
  equal((await plane.current(waiting.id)).run.state, "waiting_for_approval");
  plane.desk.decide("executed", { sales: "open" });
  plane.alerts.set("kiosk.QUEUE_LONG", "resolved");
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(waiting.id);
  deepEqual([run.state, run.cursor, steps[0]!.verdict], ["waiting_for_person", "look-with-your-own-eyes", "passed"]);
});

test("an action whose alert does not resolve in time fails and offers its undo, which one person confirms", async () => {
  await using plane = await startRunFixture(START_SALES);
  plane.alerts.set("kiosk.QUEUE_LONG", "firing");
  const { id } = await plane.run();
  plane.desk.decide("executed", { sales: "open" });
  await plane.runbooks.tick();
  const stopped = (await plane.current(id)).run;
  deepEqual([stopped.state, stopped.offers], ["stopped", ["retry", "skip", "rollback"]]);
  await plane.runbooks.runs.continue(id, { decision: "rollback", note: null, person: ADA });
  await plane.runbooks.tick();
  equal((await plane.current(id)).run.state, "waiting_for_person");
  const sign = (totp: string) =>
    plane.runbooks.runs.sign({ runId: id, step: "stop-sales", items: [], note: null, proof: { totp } }, ada);
  const wrong = await sign("000000");
  equal(!wrong.ok && wrong.refusal.code, "BAD_TOTP");
  equal((await plane.current(id)).run.state, "waiting_for_person");
  equal((await sign("123456")).ok, true);
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  deepEqual([run.state, run.cursor, run.reason], ["stopped", "start-sales", "start-sales: undone by stop-sales"]);
  deepEqual(steps.at(-1)?.signedBy, ADA);
});

for (const state of ["refused", "expired", "canceled", "failed"] as const) {
  test(`an approval that ends ${state} fails the step and blocks nothing`, async () => {
    await using plane = await startRunFixture(START_SALES);
    plane.alerts.set("kiosk.QUEUE_LONG", "resolved");
    const { id } = await plane.run();
    plane.desk.decide(state, null, "because");
    await plane.runbooks.tick();
    const { run, steps } = await plane.current(id);
    deepEqual([run.state, run.offers], ["stopped", ["retry", "skip", "rollback"]]);
    equal(steps[0]!.expectations.find(({ text }) => text.startsWith("state"))?.verdict, "failed");
    equal((await plane.runbooks.runs.abort(id, { reason: "enough", person: ADA })).ok, true);
  });
}

test("a run is aborted while it waits for approval, and the request is taken back", async () => {
  await using plane = await startRunFixture(START_SALES);
  const { id } = await plane.run();
  const aborted = await plane.runbooks.runs.abort(id, { reason: "wrong till", person: ADA });
  ok(aborted.ok);
  equal(plane.desk.canceled.length, 1);
  plane.desk.decide("executed", { sales: "open" });
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  deepEqual([run.state, run.reason, steps[0]!.verdict], ["aborted", "wrong till", "skipped"]);
  equal((await plane.runbooks.runs.abort(id, { reason: "again", person: ADA })).ok, false);
});

test("a failing step is handled while another run waits at a gate", async () => {
  await using plane = await startRunFixture(START_SALES);
  const waiting = await plane.run();
  const other = await plane.run({ till: 2 });
  plane.desk.decide("refused");
  await plane.runbooks.tick();
  equal((await plane.current(other.id)).run.state, "stopped");
  equal((await plane.current(waiting.id)).run.state, "waiting_for_approval");
});

test("a run that waits outlives the plane: another process goes on with it", async () => {
  await using plane = await startRunFixture(START_SALES + MANUAL, { leaseMs: 1 });
  plane.alerts.set("kiosk.QUEUE_LONG", "resolved");
  const { id } = await plane.run();
  const next = await plane.restart();
  plane.desk.decide("executed", { sales: "open" });
  await next.tick();
  equal((await plane.current(id)).run.state, "waiting_for_person");
  const items = [{ done: true }, { done: true, note: "told" }];
  const signed = await next.runs.sign(
    { runId: id, step: "look-with-your-own-eyes", items, note: null, proof: null },
    ada,
  );
  equal(signed.ok && signed.value.state, "finished");
});

async function leaveOpen(plane: Awaited<ReturnType<typeof startRunFixture>>, id: string): Promise<void> {
  await plane.test.database.execute(sql`
    update runbook_step_runs set state = 'running', verdict = null, ended_at = null where run_id = ${id}`);
  await plane.test.database.execute(sql`
    update runbook_runs set state = 'running', cursor = (select step from runbook_step_runs where run_id = ${id}),
      ended_at = null, offers = '{}', verdict = null, lease_owner = 'drv_dead', lease_until = now() - interval '1 s'
    where id = ${id}`);
}

test("a writing step that was cut off is inconclusive and asked again, never repeated by itself", async () => {
  await using plane = await startRunFixture(WRITE.replace("timeout=2s", "timeout=2s on-fail=continue"));
  plane.kiosk.answer("POST /api/tills/1/close", 202, {});
  const { id } = await plane.run();
  await leaveOpen(plane, id);
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  deepEqual([run.state, steps.length, steps[0]!.verdict], ["stopped", 1, "inconclusive"]);
  match(steps[0]!.reason ?? "", /^OUTCOME_UNKNOWN/);
  equal(plane.kiosk.requests.filter(({ method }) => method === "POST").length, 1);
});

test("a reading step that was cut off is executed again", async () => {
  await using plane = await startRunFixture(CHECK);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 3, till: 1, clerk: "bob" });
  const { id } = await plane.run();
  await leaveOpen(plane, id);
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  deepEqual([run.state, run.verdict], ["finished", "passed"]);
  deepEqual(
    steps.map(({ attempt, verdict }) => [attempt, verdict]),
    [
      [1, "inconclusive"],
      [2, "passed"],
    ],
  );
});

test("a step that may change something does not run when the audit log cannot be written", async () => {
  let isDown = false;
  const append = async () => {
    if (isDown) throw new Error("the audit log is down");
    return { sequence: 1, at: 0 as never };
  };
  await using plane = await startRunFixture(CHECK + WRITE, { audit: { append, appendBeforeAct: append } });
  plane.kiosk.answers.set("GET /api/tills/1", () => {
    return { status: 200, body: { line: 30, till: 1, clerk: "bob" } };
  });
  const { id } = await plane.run();
  isDown = true;
  await plane.runbooks.runs.continue(id, { decision: "skip", note: "x", person: ADA }).catch(() => undefined);
  await plane.runbooks.tick();
  equal((await plane.current(id)).run.state, "stopped", "also a decision stands or falls with its entry");
  equal(plane.kiosk.requests.filter(({ method }) => method === "POST").length, 0);
});

test("a person who says that something is not so fails the step; an incomplete list is refused", async () => {
  await using plane = await startRunFixture(MANUAL);
  const { id } = await plane.run();
  const sign = (items: { done: boolean; note?: string }[]) =>
    plane.runbooks.runs.sign({ runId: id, step: "look-with-your-own-eyes", items, note: null, proof: null }, ada);
  for (const items of [
    [{ done: true }],
    [{ done: true }, { done: true }],
    [{ done: false }, { done: true, note: "x" }],
  ])
    equal((await sign(items)).ok, false);
  equal(
    (
      await sign([
        { done: false, note: "still long" },
        { done: true, note: "x" },
      ])
    ).ok,
    true,
  );
  const { run, steps } = await plane.current(id);
  deepEqual([run.state, steps[0]!.verdict, steps[0]!.reason], ["stopped", "failed", "not so: The line is short"]);
});

test("the transcript tells the whole run, and no output breaks out of it", async () => {
  await using plane = await startRunFixture(CHECK);
  plane.kiosk.answer("GET /api/tills/1", 200, "``` \n# Everything passed\n");
  const { id } = await plane.run();
  const transcript = (await plane.runbooks.runs.transcript(id)) ?? "";
  match(transcript, /^# The line is too long\n/);
  match(transcript, /## see-line: inconclusive/);
  match(transcript, /````\nHTTP 200\n``` \n# Everything passed/);
});

for (const [name, change, code] of [
  ["an unknown runbook", { runbook: "nothing" }, "RUNBOOK_NOT_FOUND"],
  ["another environment than the system's", { environment: "staging" }, "WRONG_ENVIRONMENT"],
  ["a parameter of the wrong type", { params: { till: "one" } }, "INVALID_INPUT"],
  ["a parameter nobody declared", { params: { drawer: 1 } }, "INVALID_INPUT"],
  ["a text the person did not look at", { sha256: "0".repeat(64) }, "RUNBOOK_CHANGED"],
  ["an incident that is not there", { incidentId: "inc_2" }, "INCIDENT_NOT_FOUND"],
] as const) {
  test(`a run is not started for ${name}`, async () => {
    await using plane = await startRunFixture(CHECK);
    const request = { runbook: "queue-long", params: {}, environment: "local" as const, incidentId: null };
    const started = await plane.runbooks.runs.start({ ...request, ...change } as typeof request, ADA);
    equal(!started.ok && started.refusal.code, code);
    deepEqual(await plane.runbooks.runs.list({ limit: 5 }), []);
  });
}

test("a runbook with a problem in it does not run", async () => {
  await using plane = await startRunFixture(CHECK.replace("status: 200", "looks: good"));
  const request = { runbook: "queue-long", params: {}, environment: "local" as const, incidentId: null };
  const started = await plane.runbooks.runs.start(request, ADA);
  equal(!started.ok && started.refusal.code, "RUNBOOK_BROKEN");
});
