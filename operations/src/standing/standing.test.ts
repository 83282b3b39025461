import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import type { JsonObject } from "@assay/primitives/json";
import type { Refusal, Result } from "@assay/primitives/result";
import { createActionDesk } from "../action-desk.ts";
import type { ActionOrder } from "../actions/action-order.ts";
import { catalogueAction, describeAction, type TestPerson, TestTrust } from "../trust-fixture.ts";
import { CREATE_STANDING } from "./create-standing.ts";

const REBUILD = "coinhubx.ledger.rebuild";
const RUNBOOK = { id: "rebuild-balance", version: 1, sha256: "ab".repeat(32) };
const WANTED = {
  ...{ action: REBUILD, environment: "local", runbook: RUNBOOK.id, runbook_sha256: RUNBOOK.sha256 },
  ...{ constraints: { market: { in: ["ETH-USDT", "BTC-USDT"] } }, days: 7, uses: 2 },
};

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

async function startPlane() {
  const test = await TestTrust.start();
  test.catalogue.push(catalogueAction(describeAction(REBUILD, { direction: "neutral" })));
  return { test, ada: await test.admin(), grace: await test.person("Grace") };
}

async function ask(test: TestTrust, by: TestPerson, params: JsonObject) {
  const order = { action: CREATE_STANDING, params, reason: "each night" };
  return await test.trust.approvals.request(order, by.signer, { totp: await by.code() });
}

async function agreed(
  test: TestTrust,
  [by, other]: readonly [TestPerson, TestPerson],
  more: JsonObject = {},
): Promise<string> {
  const asked = await ask(test, by, { ...WANTED, ...more });
  if (!asked.ok) throw new Error(JSON.stringify(asked.refusal));
  const { id, digest } = asked.value;
  const proof = { totp: await other.code() };
  const done = await test.trust.approvals.approve(id, other.signer, { proof, digest });
  equal(done.ok && done.value.state, "executed");
  return done.ok ? (done.value.outcome!.answer as { id: string }).id : "";
}

async function run(test: TestTrust, by: TestPerson, more: Partial<ActionOrder> = {}) {
  const order = { action: REBUILD, params: { market: "ETH-USDT" }, reason: "r", runbook: RUNBOOK, run: true, ...more };
  const done = await test.trust.actions.perform(order as ActionOrder, {
    signer: by.signer,
    proof: { totp: await by.code() },
    session: by.principal,
  });
  return done.ok ? done.value.kind : done.refusal.code;
}

test("what two agreed to beforehand one person does in runs of that runbook, told and recorded, until it is used up", async () => {
  const { test, ada, grace } = await startPlane();
  await using _ = test;
  const id = await agreed(test, [ada, grace]);
  test.notices.length = 0;
  equal(await run(test, grace), "done");
  equal(await run(test, ada, { params: { market: "BTC-USDT" } }), "done");
  deepEqual(
    test.notices.map(({ door }) => door),
    ["standing approval", "standing approval"],
  );
  const used = (await test.trust.audit.list({ limit: 50, text: "standing_approval.used" })).map(
    ({ details }) => details,
  );
  deepEqual(
    used.map(({ standing, use }) => [standing, use]),
    [
      [id, 2],
      [id, 1],
    ],
  );
  equal(test.system.asks.length, 2);
  equal(await run(test, ada), "awaiting", "then the others are asked again");
});

test("one thing that differs, and the others are asked: parameters, runbook, its text, the caller's word, more people", async () => {
  const { test, ada, grace } = await startPlane();
  await using _ = test;
  await agreed(test, [ada, grace], { uses: 100 });
  for (const differing of [
    { params: { market: "DOGE-USDT" } },
    { params: {} },
    { runbook: { ...RUNBOOK, id: "other" } },
    { runbook: { ...RUNBOOK, sha256: "cd".repeat(32) } },
    { runbook: undefined },
    { run: undefined },
    { people: 3 },
  ] satisfies Partial<ActionOrder>[]) {
    equal(await run(test, ada, differing), "awaiting", JSON.stringify(differing));
  }
  test.catalogue = [catalogueAction(describeAction(REBUILD, { direction: "neutral", sentence: "Do more" }))];
  equal(await run(test, ada), "awaiting", "the action was changed");
  equal(test.system.asks.length, 0);
});

test("it ends with its time, and at once when somebody revokes it", async () => {
  const { test, ada, grace } = await startPlane();
  await using _ = test;
  const id = await agreed(test, [ada, grace]);
  const alan = await test.person("Alan", ["viewer"]);
  equal(codeOf(await test.trust.standing.revoke(id, alan.signer, "no")), "ROLE_MISSING");
  equal(codeOf(await test.trust.standing.revoke(id, grace.signer, "not any more")), "accepted");
  equal(codeOf(await test.trust.standing.revoke(id, grace.signer, "again")), "ALREADY_REVOKED");
  equal(await run(test, ada), "awaiting");
  await agreed(test, [ada, grace], { days: 1 });
  await test.clock.advance(24 * 60 * 60_000);
  equal(await run(test, ada), "awaiting");
});

test("never for what the policy asks for each time, for longer than thirty days, without a limit, or by fewer people", async () => {
  const { test, ada } = await startPlane();
  await using _ = test;
  test.catalogue.push(
    { ...catalogueAction(describeAction("coinhubx.resume")), neverStanding: true },
    catalogueAction(describeAction("coinhubx.reverse", { people: 3, roles: ["compliance", "approver", "operator"] })),
  );
  for (const wrong of [
    { action: "coinhubx.resume" },
    { action: "coinhubx.trading.disable" },
    { action: CREATE_STANDING },
    { action: "operations.policy.change" },
    { environment: "production" },
    { days: 31 },
    { days: 0 },
    { uses: 0 },
    { constraints: { market: {} } },
  ]) {
    const refused = await ask(test, ada, { ...WANTED, ...wrong } as JsonObject);
    equal(codeOf(refused), "INVALID_PARAMS", JSON.stringify(wrong));
  }
  const wide = await ask(test, ada, { ...WANTED, action: "coinhubx.reverse" });
  deepEqual(wide.ok && [wide.value.policy.people, wide.value.policy.roles.includes("compliance")], [3, true]);
});

test("two uses at the same moment share the last one, and the table only runs out", async () => {
  const { test, ada, grace } = await startPlane();
  await using _ = test;
  const id = await agreed(test, [ada, grace], { uses: 1 });
  const [first, second] = await Promise.all([run(test, ada), run(test, grace)]);
  deepEqual([first, second].filter((one) => one === "done").length, 1);
  match(String([first, second].find((one) => one !== "done")), /awaiting|STANDING_APPROVAL_ENDED/);
  const change = (statement: Parameters<typeof test.database.database.execute>[0]) =>
    rejects(test.database.database.execute(statement));
  await change(sql`update standing_approvals set uses = 0 where id = ${id}`);
  await change(sql`update standing_approvals set uses_allowed = 9 where id = ${id}`);
  await change(sql`update standing_approvals set ends_at = ends_at + interval '1 day' where id = ${id}`);
});

test("a run is told that one person is enough, and only while it is", async () => {
  const { test, ada, grace } = await startPlane();
  await using _ = test;
  const desk = createActionDesk(test.trust);
  const asked = { system: "coinhubx", action: REBUILD, raiseTo: 1, params: { market: "ETH-USDT" }, runbook: RUNBOOK };
  equal(await desk.people(asked), 2);
  await agreed(test, [ada, grace]);
  equal(await desk.people(asked), 1);
  equal(await desk.people({ ...asked, raiseTo: 3 }), 3);
  equal(await desk.people({ system: "coinhubx", action: REBUILD, raiseTo: 1 }), 2);
});

test("a signature ends with its signer: once one of them left or lost the role, the others are asked", async () => {
  const { test, ada, grace } = await startPlane();
  await using _ = test;
  const edsger = await test.person("Edsger");
  await agreed(test, [edsger, grace], { uses: 100 });
  equal(await run(test, ada), "done");
  const roles = ["viewer"] as const;
  const change = { roles, proof: { totp: await ada.code() } };
  equal(codeOf(await test.trust.identity.people.changeRoles(ada.principal, grace.id, change)), "accepted");
  equal(await run(test, ada), "awaiting");
});
