import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { SoftwareAuthenticator } from "@assay/platform/testing/software-authenticator";
import { assert } from "@assay/primitives/assert";
import type { Refusal, Result } from "@assay/primitives/result";
import { catalogueAction, describeAction, type TestPerson, TestTrust } from "../trust-fixture.ts";
import type { ApprovalRecord } from "./approval-store.ts";

const ORDER = { action: "coinhubx.trading.enable", params: { market: "ETH-USDT" }, reason: "the books agree again" };

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

async function requested(test: TestTrust, by: TestPerson): Promise<ApprovalRecord> {
  const asked = await test.trust.approvals.request(ORDER, by.signer, { totp: await by.code() });
  assert(asked.ok, "it was asked for");
  return asked.value;
}

/** A passkey on the person's machine, and how it signs for one digest. */
async function withPasskey(test: TestTrust, person: TestPerson) {
  const { identity } = test.trust;
  const authenticator = new SoftwareAuthenticator("http://localhost:3000");
  const begun = await identity.passkeys.beginRegistration(person.principal, { totp: await person.code() });
  assert(begun.ok, "a passkey can be made");
  const { challengeId, options } = begun.value;
  const made = { challengeId, name: "laptop", passkey: authenticator.create(options) };
  assert((await identity.passkeys.register(person.principal, made)).ok, "the passkey is known");
  return async (digest: string) => {
    const asked = await identity.stepUp.challenge(person.id, { kind: "approval", digest });
    assert(asked.ok, "there is a passkey to ask");
    return { challengeId: asked.value.challengeId, passkey: authenticator.sign(asked.value.options) };
  };
}

test("a passkey signs the approval whose digest it was asked for, and no other", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const sign = await withPasskey(test, grace);
  const [first, second] = [await requested(test, ada), await requested(test, ada)];
  const approve = async ({ id, digest }: ApprovalRecord, proof: Awaited<ReturnType<typeof sign>>) =>
    await test.trust.approvals.approve(id, grace.signer, { proof, digest });
  equal(codeOf(await approve(second, await sign(first.digest))), "BAD_PASSKEY");
  const proof = await sign(first.digest);
  equal(codeOf(await approve(first, proof)), "accepted");
  equal(codeOf(await approve(second, proof)), "BAD_PASSKEY");
  deepEqual([test.system.asks.length, (await test.trust.approvals.get(second.id))?.state], [1, "pending"]);
  const [entry] = await test.trust.audit.list({ limit: 1, text: "enable.agreed" });
  equal(entry?.details.proof, "passkey");
  // A requester's passkey covers the digest as well: it signs what exists, when the request is confirmed.
  const asked = await test.trust.approvals.request(ORDER, grace.signer, await sign("ab".repeat(32)));
  assert(asked.ok && asked.value.state === "awaiting_requester", "nothing is signed by a passkey beforehand");
  const { id, digest } = asked.value;
  equal(codeOf(await test.trust.approvals.confirm(id, grace.signer, await sign(first.digest))), "BAD_PASSKEY");
  equal(codeOf(await test.trust.approvals.confirm(id, grace.signer, await sign(digest))), "accepted");
});

test("failure handling goes on while a gate waits: rollback, stop and break-glass, each by one person", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  test.catalogue.push(
    catalogueAction(
      describeAction("coinhubx.release.rollback", { people: 1, direction: "neutral", roles: ["operator"] }),
    ),
    catalogueAction(describeAction("coinhubx.withdrawals.freeze", { people: 2, direction: "stop" })),
  );
  const waiting = await requested(test, ada);
  const order = (action: string) => ({ action, params: {}, reason: "the gate waits, the failure does not" });
  for (const action of ["coinhubx.release.rollback", "coinhubx.trading.disable"]) {
    const actor = { signer: ada.signer, proof: { totp: await ada.code() }, session: ada.principal };
    const done = await test.trust.actions.perform(order(action), actor);
    deepEqual(done.ok && done.value.kind === "done" && done.value.run.state, "executed", action);
  }
  const actor = { signer: ada.signer, proof: { totp: await ada.code() }, session: ada.principal };
  const broken = await test.trust.breakGlass.open(order("coinhubx.withdrawals.freeze"), actor);
  equal(broken.ok && broken.value.state, "executed");
  equal((await test.trust.approvals.get(waiting.id))?.state, "pending");
  equal(test.system.asks.length, 3);
});

test("whoever tries what is not allowed is in the log, with what and why not", async () => {
  await using test = await TestTrust.start();
  const [ada, grace, alan] = [await test.admin(), await test.person("Grace"), await test.person("Alan", ["viewer"])];
  const { id, digest } = await requested(test, ada);
  const approve = async (person: TestPerson, signed = digest) =>
    await test.trust.approvals.approve(id, person.signer, { proof: { totp: await person.code() }, digest: signed });
  await approve(ada);
  await approve(alan);
  await approve(grace, "00".repeat(32));
  await test.trust.approvals.refuse(id, alan.signer, "no");
  const door = { signer: ada.signer, proof: { totp: await ada.code() }, session: ada.principal };
  await test.trust.breakGlass.open(ORDER, door);
  const entries = await test.trust.audit.list({ limit: 10, text: "attempt_refused" });
  deepEqual(entries.map(({ actor, details }) => [actor.name, details.what, details.code]).reverse(), [
    ["Ada", "approve", "REQUESTER_CANNOT_APPROVE"],
    ["Alan", "approve", "ROLE_MISSING"],
    ["Grace", "approve", "DIGEST_MISMATCH"],
    ["Alan", "refuse", "ROLE_MISSING"],
    ["Ada", "perform", "NOT_A_STOP"],
  ]);
});

test("two accounts' tokens of one person are one person: an account's second address cannot approve the first's", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, grace);
  const other = await test.signIn(grace.principal.email, await grace.code());
  const { personId, name, roles } = other.principal;
  const given = { proof: { totp: await grace.code() }, digest: approval.digest };
  const own = await test.trust.approvals.approve(approval.id, { personId, name, roles }, given);
  equal(codeOf(own), "REQUESTER_CANNOT_APPROVE");
  const email = grace.principal.email.replace("@", "+two@");
  const second = await test.trust.identity.people.invite(ada.principal, {
    ...{ email, name, roles },
    proof: { totp: await ada.code() },
  });
  equal(codeOf(second), "PERSON_EXISTS");
  equal(test.system.asks.length, 0);
});
