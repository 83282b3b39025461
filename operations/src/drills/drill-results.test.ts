import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { accept } from "@assay/primitives/result";
import { drillRoutes } from "../api/drills/drill-routes.ts";
import { drillReportSchema } from "../api/schema/drills.ts";
import type { Principal } from "../identity/principal.ts";
import { ada, startRunFixture } from "../runbooks/run/run-fixture.ts";
import { createDrillResults } from "./drill-results.ts";

const STEPS = `## 1. See the line
\`\`\`http { name=see-line effect=read timeout=2s ci=skip:no-kiosk-in-ci }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
status: 200
\`\`\`
`;

async function startApi() {
  await using resources = new AsyncDisposableStack();
  const plane = resources.use(await startRunFixture(STEPS));
  const results = createDrillResults({ ...plane.options, database: plane.test.app });
  const server = resources.use(
    await startTestHttpServer<Principal>(drillRoutes({ runbooks: plane.runbooks, results }), {
      authenticate: async ({ headers }) =>
        accept({ ...ada, roles: headers["x-test-as"] === "viewer" ? ["viewer"] : ["operator"] }),
    }),
  );
  await plane.runbooks.catalogue.refresh();
  const moved = resources.move();
  return {
    plane,
    report: async () => drillReportSchema.parse(await (await fetch(`${server.url}/api/drills`)).json()),
    record: async (change: object, as = "operator") => {
      const [entry] = await plane.runbooks.catalogue.list();
      const measured = {
        system: "kiosk",
        fault: "queue.block",
        alert: "QUEUE_LONG",
        mode: "drill",
        passed: true,
        runbook: { id: "queue-long", sha256: entry!.sha256 },
        detectMs: 1_200,
        recoverMs: 8_000,
      };
      const headers = { "content-type": "application/json", "x-test-as": as };
      const body = JSON.stringify({ ...measured, ...change });
      return (await fetch(`${server.url}/api/drills`, { method: "POST", headers, body })).status;
    },
    [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose](),
  };
}

test("an alert is proven by a drill that passed with the text in force, and by nothing else", async () => {
  await using api = await startApi();
  const told = async () => {
    const { alerts, proven, byAlert } = await api.report();
    return [proven, alerts, byAlert[0]!.status];
  };
  deepEqual(await told(), [0, 1, "none"]);
  equal(await api.record({ mode: "control" }), 201);
  deepEqual(await told(), [0, 1, "none"]);
  equal(await api.record({}), 201);
  deepEqual(await told(), [1, 1, "passed"]);
  equal(await api.record({ runbook: { id: "queue-long", sha256: "0".repeat(64) } }), 201);
  deepEqual(await told(), [0, 1, "outdated"]);
  equal(await api.record({ passed: false, reason: "it did not heal" }), 201);
  deepEqual(await told(), [0, 1, "failed"]);
  equal(api.plane.audit.filter(({ action }) => action === "drill.recorded").length, 4);
});

test("the report names the steps that drills leave out, with their reasons", async () => {
  await using api = await startApi();
  const { skipped } = await api.report();
  deepEqual(skipped, [{ system: "kiosk", runbook: "queue-long", step: "see-line", reason: "no-kiosk-in-ci" }]);
});

test("only operators record drills, and a failure says why", async () => {
  await using api = await startApi();
  equal(await api.record({}, "viewer"), 403);
  equal(await api.record({ passed: false }), 400);
  equal(await api.record({ reason: "passed and failed" }), 400);
});
