import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { assert } from "@assay/primitives/assert";
import type { JsonObject } from "@assay/primitives/json";
import type { Refusal, Result } from "@assay/primitives/result";
import { request, type TestPerson, TestTrust } from "../trust-fixture.ts";
import { PEOPLE_ACTIONS } from "./people-actions.ts";

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

async function perform(test: TestTrust, by: TestPerson, [action, params]: readonly [string, JsonObject]) {
  const actor = { signer: by.signer, proof: { totp: await by.code() }, session: by.principal };
  return await test.trust.actions.perform({ action, params, reason: "a test" }, actor);
}

/** Somebody asks, somebody else agrees; the outcome's code. */
async function agree(test: TestTrust, [by, other]: readonly [TestPerson, TestPerson], what: [string, JsonObject]) {
  const asked = await perform(test, by, what);
  assert(asked.ok && asked.value.kind === "awaiting", `${what[0]} waits for somebody else`);
  const { id, digest } = asked.value.approval;
  const agreed = await test.trust.approvals.approve(id, other.signer, { proof: { totp: await other.code() }, digest });
  assert(agreed.ok, "the other agrees");
  return agreed.value.outcome?.code;
}

test("with another admin about, nobody gives a signing role alone, neither to somebody new nor to somebody here", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { people } = test.trust.identity;
  const invite = async (name: string, roles: readonly ("viewer" | "operator")[]) =>
    await people.invite(ada.principal, {
      ...{ email: `${name}@example.org`, name, roles },
      proof: { totp: await ada.code() },
    });
  equal(codeOf(await invite("first", ["operator"])), "accepted");
  const grace = await test.person("Grace", ["admin", "approver"]);
  equal(codeOf(await invite("second", ["operator"])), "SECOND_ADMIN_REQUIRED");
  equal(codeOf(await invite("third", ["viewer"])), "accepted");
  const edsger = await test.person("Edsger", ["viewer"]);
  const gain = { roles: ["viewer", "approver"], proof: { totp: await ada.code() } } as const;
  equal(codeOf(await people.changeRoles(ada.principal, edsger.id, gain)), "SECOND_ADMIN_REQUIRED");
  const lose = { roles: ["admin"], proof: { totp: await ada.code() } } as const;
  equal(codeOf(await people.changeRoles(ada.principal, grace.id, lose)), "accepted");
});

test("two people add an operator, who is nobody until an admin gives them a code", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace", ["admin", "approver"])];
  const { people } = test.trust.identity;
  const params = { email: "edsger@example.org", name: "Edsger", roles: "operator,approver" };
  equal(await agree(test, [ada, grace], ["operations.person.add", params]), "DONE");
  const edsger = await people.findByName("Edsger@example.org");
  deepEqual([edsger?.state, edsger?.roles], ["invited", ["operator", "approver"]]);
  const log = JSON.stringify(await test.trust.approvals.list({ open: false, limit: 10 }));
  ok(!/[0-9A-Z]{5}-[0-9A-Z]{5}-/.test(log), "no code is kept with the approval");
  const code = await people.renewInvitation(ada.principal, edsger!.id, { totp: await ada.code() });
  ok(code.ok);
});

test("a person's mailbox gets no second identity, however it is spelled", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace", ["admin", "approver"])];
  const params = { email: "ADA+again@example.org", name: "Somebody", roles: "viewer" };
  equal(await agree(test, [ada, grace], ["operations.person.add", params]), "PERSON_EXISTS");
});

test("one admin removes an operator: every access ends at once, and so do their requests", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const { identity, authenticate, approvals } = test.trust;
  const asked = await perform(test, grace, ["coinhubx.trading.enable", {}]);
  assert(asked.ok && asked.value.kind === "awaiting", "Grace asks for something");
  const done = await perform(test, ada, ["operations.person.remove", { person: grace.principal.email }]);
  assert(done.ok && done.value.kind === "done", "one person is enough");
  equal(done.value.run.outcome?.code, "DONE");
  equal((await authenticate(request({ authorization: `Bearer ${grace.token}` }))).ok, false);
  equal(await identity.isSignedIn(grace.principal.sessionId), false);
  equal((await approvals.get(asked.value.approval.id))?.state, "canceled");
  deepEqual(await identity.tokens.revocations(), [{ sub: grace.id, epoch: 1 }]);
  const again = await perform(test, ada, ["operations.person.remove", { person: grace.principal.email }]);
  equal(again.ok && again.value.kind === "done" && again.value.run.outcome?.code, "NOT_FOUND");
});

test("sessions are ended by one admin, and a lost second factor is reset by two people", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const { identity, authenticate } = test.trust;
  const mine = { person: grace.principal.email };
  const ended = await perform(test, ada, ["operations.sessions.revoke", mine]);
  equal(ended.ok && ended.value.kind === "done" && ended.value.run.outcome?.code, "DONE");
  equal((await authenticate(request({ authorization: `Bearer ${grace.token}` }))).ok, false);
  const edsger = await test.person("Edsger", ["approver"]);
  equal(await agree(test, [ada, edsger], ["operations.second_factor.reset", mine]), "DONE");
  equal((await identity.find(grace.id))?.hasTotp, false);
  equal(codeOf(await perform(test, edsger, ["operations.sessions.revoke", mine])), "ROLE_MISSING");
});

test("what starts access takes two people, and what stops it takes one", () => {
  for (const { name, people, direction, roles } of PEOPLE_ACTIONS) {
    equal(people, direction === "stop" ? 1 : 2, name);
    ok(roles.includes("admin"), name);
  }
});
