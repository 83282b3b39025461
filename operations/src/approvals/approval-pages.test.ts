import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { addMs, HOUR_MS } from "@assay/primitives/instant";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import { openTestCalls, PEOPLE } from "../on-call/calls-fixture.ts";
import { createApprovalPages } from "./approval-pages.ts";
import type { ActionNotice, ApprovalNotice } from "./pager.ts";

const migrated = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };
const [ada, bo] = PEOPLE;

/** Real escalations; what is told once is remembered beside what they tell. */
async function openPages() {
  const database = await startTestDatabase(migrated);
  const calls = openTestCalls(database.app);
  const once: { to: readonly string[]; message: PageMessage }[] = [];
  const pager = createApprovalPages({
    paging: () => calls.escalations,
    delivery: () => ({ page: async (_, page) => void once.push(page) }),
    directory: { people: async () => PEOPLE },
    clock: calls.clock,
    publicUrl: "http://console",
  });
  const inTransaction = <T>(work: (tx: Parameters<typeof pager.approvalEnded>[0]) => Promise<T>) =>
    database.app.transaction(work);
  const notice: ApprovalNotice = {
    ...{ approvalId: "apr_1", system: "shop", action: "shop.sales.open", sentence: "Open the sales" },
    ...{ code: "ABCD-EFGH", direction: "start", requester: ada!, signed: [ada!], roles: ["approver"] },
    ...{ expiresAt: addMs(calls.clock.now(), HOUR_MS), incidentId: null, round: 0 },
  };
  return { database, calls, once, pager, inTransaction, notice };
}

test("a request reaches those who could sign, never its requester; silence reaches everybody else", async () => {
  const pages = await openPages();
  await using _ = pages.database;
  const { calls, pager, inTransaction, notice } = pages;
  await inTransaction((tx) => pager.approvalRequested(tx, notice));
  deepEqual(calls.taken(), ["Bo: [approval] Ada asks: Open the sales"]);
  await inTransaction((tx) => pager.approvalRequested(tx, { ...notice, round: 1 }));
  deepEqual(calls.taken(), ["Bo: [approval] Ada asks: Open the sales"]);
  await inTransaction((tx) => pager.approvalRequested(tx, { ...notice, round: 2 }));
  deepEqual(
    calls.taken().map((line) => line.split(":")[0]),
    ["Ada", "Bo", "Cy"],
  );
});

test("when it is over whoever was told hears it, and nobody is called again", async () => {
  const pages = await openPages();
  await using _ = pages.database;
  const { calls, once, pager, inTransaction, notice } = pages;
  await inTransaction((tx) => pager.approvalRequested(tx, notice));
  calls.taken();
  const end = { ...notice, state: "canceled", by: { name: "Ada" }, reason: null } as const;
  await inTransaction((tx) => pager.approvalEnded(tx, end));
  deepEqual(calls.taken(), ["Bo: [approval canceled] Open the sales"]);
  await calls.pass(2 * HOUR_MS);
  deepEqual(calls.taken(), []);
  equal(once.length, 0);
});

test("a request that nobody answered is told to whoever asked", async () => {
  const pages = await openPages();
  await using _ = pages.database;
  const { once, pager, inTransaction, notice } = pages;
  const end = { ...notice, state: "expired", by: undefined, reason: null } as const;
  await inTransaction((tx) => pager.approvalEnded(tx, end));
  deepEqual(
    once.map(({ to }) => to),
    [[ada!.id]],
  );
  match(once[0]!.message.text, /Nobody agreed in time; nothing was done/);
});

test("break-glass calls everybody until somebody has reviewed it; anything else alone is told once", async () => {
  const pages = await openPages();
  await using _ = pages.database;
  const { calls, once, pager, inTransaction } = pages;
  const taken: ActionNotice = {
    ...{ runId: "act_1", system: "shop", action: "shop.sales.close", sentence: "Close the sales", by: ada! },
    ...{ reason: "prices are wrong", incidentId: null, door: "policy" },
  };
  await inTransaction((tx) => pager.actionTaken(tx, taken));
  deepEqual([once[0]?.to.length, calls.taken()], [3, []]);
  await inTransaction((tx) => pager.actionTaken(tx, { ...taken, door: "break-glass" }));
  equal(calls.taken().length, 3);
  await calls.pass(2 * HOUR_MS);
  equal(calls.taken().length > 0, true, "nobody has answered");
  const review = { runId: "act_1", sentence: taken.sentence, by: bo!, note: "it was right" };
  await inTransaction((tx) => pager.actionReviewed(tx, review));
  match(calls.taken()[0]!, /reviewed/);
  await calls.pass(2 * HOUR_MS);
  deepEqual(calls.taken(), []);
});
