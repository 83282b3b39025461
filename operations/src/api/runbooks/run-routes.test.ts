import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { accept } from "@assay/primitives/result";
import type { Principal } from "../../identity/principal.ts";
import { ada, type RunFixture, startRunFixture } from "../../runbooks/run/run-fixture.ts";
import { runRoutes } from "./run-routes.ts";
import { runbookRoutes } from "./runbook-routes.ts";

const STEPS = `## 1. See the line
\`\`\`http { name=see-line effect=read timeout=2s }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
json: { $.line: { lte: threshold:kiosk.queue.target } }
\`\`\`

## 2. Look with your own eyes
- [ ] The line is short
`;

/** The routes over a real engine; the caller is whom the header names. */
async function startApi(plane: RunFixture) {
  const server = await startTestHttpServer<Principal>(
    [...runbookRoutes(plane.runbooks), ...runRoutes(plane.runbooks)],
    {
      authenticate: async ({ headers }) => {
        const roles = { viewer: ["viewer"], operator: ["operator"], auditor: ["auditor"] }[
          String(headers["x-test-as"])
        ];
        if (headers["x-test-as"] === "service") return accept({ kind: "service", name: "coinhubx" });
        return accept(roles === undefined ? undefined : ({ ...ada, roles } as Principal));
      },
    },
  );
  const call = async (
    method: string,
    path: string,
    { as = "operator", body }: { as?: string; body?: unknown } = {},
  ) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { "x-test-as": as, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  };
  return { call, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("an operator finds a runbook, plans it, runs it, signs it and reads the transcript", async () => {
  await using plane = await startRunFixture(STEPS);
  await using api = await startApi(plane);
  plane.kiosk.answer("GET /api/tills/2", 200, { line: 3 });
  await plane.runbooks.catalogue.refresh();
  const { body: list } = await api.call("GET", "/api/runbooks", { as: "viewer" });
  deepEqual(
    list.runbooks.map(({ id, steps, problems, isCurrent }: Record<string, unknown>) => [
      id,
      steps,
      problems,
      isCurrent,
    ]),
    [["queue-long", 2, 0, true]],
  );
  const { body: runbook } = await api.call("GET", "/api/runbooks/queue-long", { as: "viewer" });
  equal(runbook.plan[0].command, `curl -K "$ASSAY_CURLRC" -s ${plane.kiosk.url}/api/tills/1`);
  const plan = await api.call("POST", "/api/runbooks/queue-long/plan", { body: { params: { till: 2 } } });
  match(plan.body.plan[0].command, /tills\/2$/);
  const body = { params: { till: 2 }, environment: "local", sha256: runbook.sha256, incidentId: "inc_1" };
  const started = await api.call("POST", "/api/runbooks/queue-long/runs", { body });
  equal(started.status, 201);
  await plane.runbooks.tick();
  const { body: detail } = await api.call("GET", `/api/runs/${started.body.id}`, { as: "auditor" });
  deepEqual([detail.run.state, detail.steps[0].verdict], ["waiting_for_person", "passed"]);
  const path = `/api/runs/${started.body.id}/steps/${detail.run.cursor}/sign`;
  equal((await api.call("POST", path, { body: { items: [] } })).status, 400);
  const signed = await api.call("POST", path, { body: { items: [{ done: true }] } });
  deepEqual([signed.body.state, signed.body.verdict], ["finished", "passed"]);
  const { body: transcript } = await api.call("GET", `/api/runs/${started.body.id}/transcript`);
  match(transcript, /Signed by Ada\./);
  deepEqual((await api.call("GET", "/api/runs?state=open")).body.runs, []);
});

test("only operators start and steer; a service never does", async () => {
  await using plane = await startRunFixture(STEPS);
  await using api = await startApi(plane);
  const body = { environment: "local" };
  for (const [as, status] of [
    ["nobody", 401],
    ["viewer", 403],
    ["service", 403],
  ] as const) {
    equal((await api.call("POST", "/api/runbooks/queue-long/runs", { as, body })).status, status);
    equal((await api.call("POST", "/api/runs/run_1/abort", { as, body: { reason: "x" } })).status, status);
  }
  deepEqual((await api.call("GET", "/api/runs")).body.runs, []);
});

test("every refusal has its code and status, and changes nothing", async () => {
  await using plane = await startRunFixture(STEPS);
  await using api = await startApi(plane);
  plane.kiosk.answer("GET /api/tills/1", 200, { line: 3 });
  const started = await api.call("POST", "/api/runbooks/queue-long/runs", { body: { environment: "local" } });
  await plane.runbooks.tick();
  const run = `/api/runs/${started.body.id}`;
  for (const [path, body, status, code] of [
    ["/api/runbooks/nothing/runs", { environment: "local" }, 404, "RUNBOOK_NOT_FOUND"],
    ["/api/runbooks/queue-long/runs", { environment: "production" }, 409, "WRONG_ENVIRONMENT"],
    ["/api/runbooks/queue-long/runs", { environment: "local", force: true }, 400, "INVALID_INPUT"],
    ["/api/runs/run_nothing/abort", { reason: "x" }, 404, "RUN_NOT_FOUND"],
    [`${run}/continue`, { decision: "retry" }, 409, "RUN_NOT_STOPPED"],
    [`${run}/abort`, { reason: "" }, 400, "INVALID_INPUT"],
    [`${run}/steps/see-line/sign`, { items: [] }, 409, "STEP_NOT_WAITING"],
  ] as const) {
    const refused = await api.call("POST", path, { body });
    deepEqual([refused.status, refused.body.code], [status, code], path);
  }
  equal((await api.call("GET", "/api/runs/run_nothing")).status, 404);
  equal((await api.call("GET", run)).body.run.state, "waiting_for_person");
  ok((await api.call("POST", `${run}/abort`, { body: { reason: "enough" } })).body.state === "aborted");
  equal((await api.call("POST", `${run}/abort`, { body: { reason: "enough" } })).body.code, "RUN_ENDED");
});
