import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sha256Hex } from "@assay/primitives/hash";
import { approvalSchema } from "../api/schema/approvals.ts";
import { runDetailSchema, runSchema } from "../api/schema/runbooks.ts";
import { approvalBytes } from "../approvals/approval-digest.ts";
import { type DrillOptions, runDrill } from "./drill.ts";
import { startStack } from "./drill-fixture.ts";
import { createDrillPeople } from "./drill-people.ts";
import { formatDrillReport } from "./drill-report.ts";
import { waitUntil } from "./wait-until.ts";

test("without the runbook the alert stays firing; with it, two people heal the system and the evidence verifies", async () => {
  await using broken = await startStack();
  await using people = await createDrillPeople(broken.stack);
  const drill: DrillOptions = { stack: broken.stack, system: "kiosk", fault: "queue.block", people };
  const control = await runDrill({ ...drill, control: true, controlWindowMs: 1_500 });
  deepEqual([control.mode, control.alert, control.recoverMs], ["control", "QUEUE_LONG", undefined]);
  ok(control.watchedMs! >= 1_500);
  const said: string[] = [];
  const report = await runDrill({ ...drill, isInjected: true, report: (line) => said.push(line) });
  equal(broken.kiosk.line, 4);
  deepEqual(broken.kiosk.actions.length, 1);
  ok(report.evidence!.auditEntries > 0 && report.evidence!.timelineEntries >= 3);
  match(said.join("\n"), /Ada confirms: .*\nGrace agrees: /);
  match(formatDrillReport(report), /time to recover .* s {3}\(limit 60\.0 s\)/);
  // The second person is paged for the approval.
  const page = await people.phones.second.waitForRequest(({ json }) =>
    JSON.stringify(json).includes("approval.requested"),
  );
  match(JSON.stringify(page.json), /kiosk\.sales\.start for till 7/);
});

test("a drill fails when the runbook does not heal, and says what was seen", async () => {
  await using broken = await startStack();
  broken.kiosk.heals = false;
  await rejects(
    runDrill({ stack: broken.stack, system: "kiosk", fault: "queue.block" }),
    /run run_\w+ of queue-long stopped: start-sales: failed[\s\S]*alert kiosk\.QUEUE\\_LONG is "resolved".*"firing" \| failed/,
  );
});

test("a drill fails when there is no such fault", async () => {
  await using broken = await startStack();
  await rejects(
    runDrill({ stack: broken.stack, system: "kiosk", fault: "roof.leak" }),
    /kiosk has no fault roof\.leak/,
  );
});

test("a gate in a run holds: not the requester, not another digest, not after an abort", async () => {
  await using broken = await startStack();
  await using people = await createDrillPeople(broken.stack);
  const { first, second } = people;
  broken.kiosk.line = 60;
  const run = await first.call(
    { method: "POST", path: "/api/runbooks/queue-long/runs", body: { environment: "local" } },
    runSchema,
  );
  const look = () => first.call({ path: `/api/runs/${run.id}` }, runDetailSchema);
  const until = (state: string) =>
    waitUntil({ clock: systemClock, what: state, limitMs: 20_000 }, async () => {
      const detail = await look();
      return detail.run.state === state ? detail : undefined;
    });
  await until("waiting_for_person");
  const items = [{ done: true, note: "closed" }];
  await first.call(
    { method: "POST", path: `/api/runs/${run.id}/steps/look-at-the-till/sign`, body: { items } },
    runSchema,
  );
  const path = `/api/approvals/${(await until("waiting_for_approval")).steps.at(-1)!.approvalId}`;
  await first.call({ method: "POST", path: `${path}/confirm`, body: { totp: await first.code() } }, approvalSchema);
  const { digest, bound } = await second.call({ path }, approvalSchema);
  equal(sha256Hex(approvalBytes(bound)), digest);
  const refused = async (person: typeof first, sent: string) => {
    const body = { totp: await person.code(), digest: sent };
    const text = await person.text({ method: "POST", path: `${path}/approve`, body, expects: [403, 409] });
    return JSON.parse(text).code;
  };
  equal(await refused(first, digest), "REQUESTER_CANNOT_APPROVE");
  const other = sha256Hex(approvalBytes({ ...bound, params: { till: 8 } }));
  equal(await refused(second, other), "DIGEST_MISMATCH");
  equal((await look()).run.state, "waiting_for_approval");
  await second.call({ method: "POST", path: `/api/runs/${run.id}/abort`, body: { reason: "wrong till" } }, runSchema);
  equal((await second.call({ path }, approvalSchema)).state, "canceled");
  equal(await refused(second, digest), "APPROVAL_NOT_PENDING");
  deepEqual([(await look()).run.state, broken.kiosk.actions], ["aborted", []]);
});
