import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import type { Refusal, Result } from "@assay/primitives/result";
import type { ActionOrder } from "../actions/action-order.ts";
import { type TestPerson, TestTrust } from "../trust-fixture.ts";
import { CHANGE_POLICY } from "./change-policy.ts";

const ENABLE = "coinhubx.trading.enable";

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

async function request(test: TestTrust, by: TestPerson, order: Partial<ActionOrder>) {
  const full = { action: ENABLE, params: {}, reason: "because", ...order };
  return await test.trust.approvals.request(full, by.signer, { totp: await by.code() });
}

async function agree(test: TestTrust, people: readonly TestPerson[], order: Partial<ActionOrder>) {
  const [first, ...others] = people;
  const asked = await request(test, first!, order);
  if (!asked.ok) throw new Error(asked.refusal.code);
  let last = asked.value;
  for (const person of others) {
    const proof = { totp: await person.code() };
    const signed = await test.trust.approvals.approve(last.id, person.signer, { proof, digest: last.digest });
    if (!signed.ok) throw new Error(signed.refusal.code);
    last = signed.value;
  }
  return last;
}

test("two people change the policy, every version is kept, and a request from before it is not run", async () => {
  await using test = await TestTrust.start();
  const [ada, grace, edsger] = [await test.admin(), await test.person("Grace"), await test.person("Edsger")];
  const waiting = await request(test, ada, {});
  const params = { action: ENABLE, environment: "local", people: 3, tell_again_in_minutes: 5 };
  const changed = await agree(test, [ada, grace], { action: CHANGE_POLICY, params });
  deepEqual([changed.state, changed.outcome?.answer], ["executed", { version: 1 }]);
  equal(test.system.asks.length, 0, "the plane changes it by itself");
  const id = waiting.ok ? waiting.value.id : "";
  const digest = waiting.ok ? waiting.value.digest : "";
  const late = await test.trust.approvals.approve(id, grace.signer, { proof: { totp: await grace.code() }, digest });
  deepEqual(late.ok && late.value.outcome?.code, "POLICY_RAISED");
  const now = await agree(test, [ada, grace, edsger], {});
  deepEqual([now.policy.people, now.tellAgainMs, now.state], [3, 300_000, "executed"]);
  const [version] = await test.trust.policies.history(10);
  deepEqual([version?.version, version?.approvalId, version?.change], [1, changed.id, params]);
  await rejects(test.database.database.execute(sql`update policy_versions set rules = '[]'`), /DATABASE|not edited/);
});

test("a line that asks for three is not taken out by two", async () => {
  await using test = await TestTrust.start();
  const [ada, grace, edsger] = [await test.admin(), await test.person("Grace"), await test.person("Edsger")];
  const line = { action: ENABLE, environment: "any" };
  await agree(test, [ada, grace], { action: CHANGE_POLICY, params: { ...line, people: 3 } });
  const asked = await request(test, ada, { action: CHANGE_POLICY, params: { ...line, remove: true } });
  equal(asked.ok && asked.value.policy.people, 3);
  const removed = await agree(test, [ada, grace, edsger], { action: CHANGE_POLICY, params: { ...line, remove: true } });
  equal(removed.state, "executed");
  equal((await agree(test, [ada, grace], {})).state, "executed");
});

test("nobody who is no admin changes it, and what cannot be meant is refused with the reason", async () => {
  await using test = await TestTrust.start();
  const [grace, edsger] = [await test.person("Grace"), await test.person("Edsger")];
  const line = { action: ENABLE, environment: "any", people: 3 };
  const asked = await request(test, grace, { action: CHANGE_POLICY, params: line });
  const { id, digest } = asked.ok ? asked.value : { id: "", digest: "" };
  const signed = await test.trust.approvals.approve(id, edsger.signer, {
    proof: { totp: await edsger.code() },
    digest,
  });
  equal(codeOf(signed), "ROLE_MISSING");
  for (const params of [
    { ...line, action: "nothing.like.it" },
    { ...line, people: 0 },
    { ...line, expires_in_minutes: 0 },
    { ...line, expires_in_minutes: 1e9 },
    { action: ENABLE, environment: "any" },
    { ...line, environment: "moon" },
  ]) {
    const refused = await request(test, grace, { action: CHANGE_POLICY, params });
    equal(codeOf(refused), "INVALID_PARAMS", JSON.stringify(params));
    match(JSON.stringify(refused), /"path":"params/);
  }
});

test("silence is told again by the request's own clock, then to everybody, and its end to whoever asked", async () => {
  await using test = await TestTrust.start();
  const [ada] = [await test.admin(), await test.person("Grace")];
  const line = { action: "*", environment: "any", expires_in_minutes: 12, tell_again_in_minutes: 5 };
  await agree(test, [ada, await test.person("Edsger")], { action: CHANGE_POLICY, params: line });
  test.pages.length = 0;
  const asked = await request(test, ada, {});
  equal(asked.ok && asked.value.expiresAt - asked.value.createdAt, 12 * 60_000);
  for (let minute = 0; minute < 13; minute += 1) {
    await test.trust.approvals.sweep();
    await test.clock.advance(60_000);
  }
  deepEqual(
    test.pages.map(({ round }) => round),
    [0, 1, 2],
  );
  await test.trust.approvals.sweep();
  const [end] = test.ends.slice(-1);
  deepEqual([end?.state, end?.requester.name, end?.by], ["expired", "Ada", undefined]);
  const [entry] = await test.trust.audit.list({ limit: 1, text: "enable.expired" });
  deepEqual([entry?.details.unanswered, entry?.details.told], [true, 3]);
});
