import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import type { Refusal, Result } from "@assay/primitives/result";
import type { ActionOrder } from "../actions/action-order.ts";
import { catalogueAction, describeAction, type TestPerson, TestTrust } from "../trust-fixture.ts";

const FREEZE = "coinhubx.withdrawals.freeze";

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

/** A plane whose policy asks two people for a stop. */
async function startPlane() {
  const test = await TestTrust.start();
  test.catalogue.push(catalogueAction(describeAction(FREEZE, { direction: "stop", people: 2 })));
  return test;
}

async function open(test: TestTrust, by: TestPerson, more: Partial<ActionOrder> = {}) {
  const order = { action: FREEZE, params: {}, reason: "coins are leaving", ...more };
  return await test.trust.breakGlass.open(order, {
    signer: by.signer,
    proof: { totp: await by.code() },
    session: by.principal,
  });
}

test("one person stops what takes two, everybody is called at once, and it is listed until it is reviewed", async () => {
  await using test = await startPlane();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const done = await open(test, ada, { incidentId: "inc_1" });
  deepEqual(done.ok && [done.value.state, done.value.bound.action], ["executed", FREEZE]);
  equal(test.system.asks.length, 1);
  deepEqual(
    test.notices.map(({ door, reason }) => [door, reason]),
    [["break-glass", "coins are leaving"]],
  );
  const [use] = await test.trust.breakGlass.list({ isReviewed: false, limit: 10 });
  equal(use!.reviewDueAt - use!.openedAt, 24 * 60 * 60_000);
  const { id } = use!.run;
  equal(codeOf(await test.trust.breakGlass.review(id, ada.signer, "I was right")), "REVIEWER_ACTED");
  const alan = await test.person("Alan", ["operator"]);
  equal(codeOf(await test.trust.breakGlass.review(id, alan.signer, "fine")), "ROLE_MISSING");
  equal(codeOf(await test.trust.breakGlass.review(id, grace.signer, "coins were leaving")), "accepted");
  equal(codeOf(await test.trust.breakGlass.review(id, grace.signer, "again")), "ALREADY_REVIEWED");
  deepEqual(
    test.reviews.map(({ runId, note }) => [runId, note]),
    [[id, "coins were leaving"]],
  );
  deepEqual(await test.trust.breakGlass.list({ isReviewed: false, limit: 10 }), []);
  deepEqual(
    (await test.audited()).filter((action) => /break_glass|freeze/.test(action)),
    ["break_glass.opened", `${FREEZE}.begun`, `${FREEZE}.executed`, "break_glass.reviewed"],
  );
});

test("the door never starts anything, and opens for nobody without a reason's proof and a role", async () => {
  await using test = await startPlane();
  const [ada, alan] = [await test.admin(), await test.person("Alan", ["admin", "viewer"])];
  equal(codeOf(await open(test, ada, { action: "coinhubx.trading.enable" })), "NOT_A_STOP");
  equal(codeOf(await open(test, ada, { action: "coinhubx.reconcile" })), "NOT_A_STOP");
  equal(codeOf(await open(test, ada, { action: "operations.policy.change" })), "NOT_A_STOP");
  equal(codeOf(await open(test, ada, { action: "nothing" })), "UNKNOWN_ACTION");
  equal(codeOf(await open(test, ada, { params: { markt: 1 } })), "INVALID_PARAMS");
  equal(codeOf(await open(test, alan)), "ROLE_MISSING");
  const order = { action: FREEZE, params: {}, reason: "why" };
  const stale = { signer: ada.signer, proof: undefined, session: ada.principal };
  equal(codeOf(await test.trust.breakGlass.open(order, stale)), "TOTP_REQUIRED");
  const fresh = await ada.code();
  const wrong = { ...stale, proof: { totp: fresh === "000000" ? "000001" : "000000" } };
  equal(codeOf(await test.trust.breakGlass.open(order, wrong)), "BAD_TOTP");
  equal(test.system.asks.length, 0);
  equal(test.notices.length, 0);
});

test("it opens while a request waits for silent approvers, and calls people before the system has answered", async () => {
  await using test = await startPlane();
  const [ada] = [await test.admin(), await test.person("Grace")];
  const order = { action: FREEZE, params: {}, reason: "coins are leaving" };
  const waiting = await test.trust.approvals.request(order, ada.signer, { totp: await ada.code() });
  equal(waiting.ok && waiting.value.state, "pending");
  // The system hangs on its own database: nothing of the plane waits for it but the action's own answer.
  let listed = 0;
  test.system.meanwhile = async () => {
    listed = (await test.trust.breakGlass.list({ isReviewed: false, limit: 10 })).length;
  };
  test.system.answer = new Failure("HTTP_TIMEOUT", { retryable: true });
  const done = await open(test, ada);
  deepEqual(done.ok && [done.value.state, done.value.outcome?.code], ["failed", "OUTCOME_UNKNOWN"]);
  deepEqual([listed, test.notices.length], [1, 1]);
  equal((await test.trust.approvals.get(waiting.ok ? waiting.value.id : ""))?.state, "pending");
});

test("a review that nobody made in time is an alert, told once, and ends with the review", async () => {
  await using test = await startPlane();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const done = await open(test, ada);
  const id = done.ok ? done.value.id : "";
  await test.clock.advance(24 * 60 * 60_000 - 60_000);
  await test.trust.breakGlass.sweep();
  equal(test.alerts.length, 0);
  await test.clock.advance(120_000);
  await test.trust.breakGlass.sweep();
  await test.trust.breakGlass.sweep();
  deepEqual(
    test.alerts.map(({ source, system, key }) => [source, system, key]),
    [["break-glass", "coinhubx", id]],
  );
  equal(codeOf(await test.trust.breakGlass.review(id, grace.signer, "late, but fine")), "accepted");
  deepEqual(test.settled, [id]);
});

test("the database itself refuses a review by whoever acted, a second one, and a review without an end", async () => {
  await using test = await startPlane();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const done = await open(test, ada);
  const id = done.ok ? done.value.id : "";
  const review = (by: string) =>
    test.database.database.execute(sql`
      update break_glass_uses set reviewer_id = ${by}, reviewer_name = 'x', reviewed_at = now(), review_note = 'x'
      where run_id = ${id}`);
  await rejects(review(ada.id));
  equal(await review(grace.id), 1);
  await rejects(review(grace.id));
  await rejects(
    test.database.database.execute(sql`update break_glass_uses set review_due_at = opened_at + interval '25 hours'`),
  );
});

test("a repeated order under its key opens the door once", async () => {
  await using test = await startPlane();
  const ada = await test.admin();
  const [first, second] = [await open(test, ada, { key: "k" }), await open(test, ada, { key: "k" })];
  equal(first.ok && second.ok && first.value.id === second.value.id, true);
  equal((await test.trust.breakGlass.list({ limit: 10 })).length, 1);
  equal(test.system.asks.length, 1);
});
