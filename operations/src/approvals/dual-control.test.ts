import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { sha256Hex } from "@assay/primitives/hash";
import type { Refusal, Result } from "@assay/primitives/result";
import type { ActionOrder } from "../actions/action-order.ts";
import { approvalView } from "../api/approvals/approval-view.ts";
import { approvalSchema } from "../api/schema/approvals.ts";
import { catalogueAction, describeAction, type TestPerson, TestTrust } from "../trust-fixture.ts";
import { approvalBytes, approvalCode } from "./approval-digest.ts";
import type { ApprovalRecord } from "./approval-store.ts";

const enable: ActionOrder = {
  action: "coinhubx.trading.enable",
  params: { market: "ETH-USDT" },
  reason: "the books agree again",
};

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

async function requested(test: TestTrust, by: TestPerson, order = enable): Promise<ApprovalRecord> {
  const result = await test.trust.approvals.request(order, by.signer, { totp: await by.code() });
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value;
}

async function approvedBy(test: TestTrust, person: TestPerson, { id, digest }: ApprovalRecord) {
  return await test.trust.approvals.approve(id, person.signer, { proof: { totp: await person.code() }, digest });
}

test("two people agree, the system is asked once, and the outcome is kept", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  test.system.answer = { status: 200, body: { success: true, enabled: true } };
  const approval = await requested(test, ada, { ...enable, incidentId: "inc_1" });
  equal(approval.state, "pending");
  const done = await approvedBy(test, grace, approval);
  equal(done.ok && done.value.state, "executed");
  deepEqual(done.ok && done.value.outcome, { code: "DONE", answer: { success: true, enabled: true } });
  equal(test.system.asks.length, 1);
  const [ask] = test.system.asks;
  equal(ask!.url, "http://127.0.0.1:8001/ops/actions/coinhubx.trading.enable");
  deepEqual(ask!.body, {
    params: { market: "ETH-USDT" },
    approval: { id: approval.id, digest: approval.digest },
    requester: { id: ada.id, name: "Ada" },
    approvers: [{ id: grace.id, name: "Grace" }],
  });
  deepEqual(
    (await test.audited()).filter((action) => action.startsWith("coinhubx.")),
    ["requested", "agreed", "approved", "executed"].map((what) => `coinhubx.trading.enable.${what}`),
  );
  equal(test.pages.length, 1);
  equal(test.pages[0]!.requester.name, "Ada");
  deepEqual(test.ended, [approval.id]);
  ok(test.story.every(({ kind }) => kind === "approval") && test.story.length === 3);
});

test("zero approvals pass nowhere: a confirmed request is never run, and the database holds no policy below two", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const approval = await requested(test, ada);
  await test.trust.approvals.sweep();
  equal((await test.trust.approvals.get(approval.id))?.state, "pending");
  equal(test.system.asks.length, 0);
  const forge = (people: number) =>
    test.database.app.execute(sql`
      insert into approvals select 'apr_forged', system, action, bound, digest, ${people}, roles, requester_id, title,
        sentence, blast_radius, undo, direction, reason, incident_id, null, created_at, expires_at, state
      from approvals where id = ${approval.id}`);
  for (const people of [0, 1, 6]) await rejects(forge(people));
  equal(await forge(2), 1);
  await rejects(test.database.app.execute(sql`update approvals set people = 2 where id = ${approval.id}`));
});

test("the requester cannot approve the own request, from no session", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const approval = await requested(test, ada);
  equal(codeOf(await approvedBy(test, ada, approval)), "REQUESTER_CANNOT_APPROVE");
  const other = await test.signIn("ada@example.org", await ada.code());
  notEqual(other.principal.sessionId, ada.principal.sessionId);
  const { personId, name, roles } = other.principal;
  const proof = { proof: { totp: await ada.code() }, digest: approval.digest };
  equal(
    codeOf(await test.trust.approvals.approve(approval.id, { personId, name, roles }, proof)),
    "REQUESTER_CANNOT_APPROVE",
  );
  equal(test.system.asks.length, 0);
});

test("an administrator bypasses nothing", async () => {
  await using test = await TestTrust.start();
  const [grace, alan] = [await test.person("Grace"), await test.person("Alan", ["admin"])];
  const approval = await requested(test, grace);
  equal(codeOf(await approvedBy(test, alan, approval)), "ROLE_MISSING");
  equal(codeOf(await test.trust.approvals.cancel(approval.id, alan.signer)), "NOT_THE_REQUESTER");
  const alone = await test.trust.actions.perform(enable, {
    signer: alan.signer,
    proof: { totp: await alan.code() },
    session: alan.principal,
  });
  equal(codeOf(alone), "ROLE_MISSING");
  equal(test.system.asks.length, 0);
});

test("one thing approved and another run: a digest of something else is refused, and stored text that was edited is not run", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, ada);
  const shown = sha256Hex(approvalBytes({ ...approval.bound, params: { market: "BTC-USDT" } }));
  const proof = { proof: { totp: await grace.code() }, digest: shown };
  equal(codeOf(await test.trust.approvals.approve(approval.id, grace.signer, proof)), "DIGEST_MISMATCH");
  const edit = sql`update approvals set bound = replace(bound, 'ETH', 'BTC') where id = ${approval.id}`;
  await rejects(test.database.app.execute(edit), /DATABASE|not edited/);
  await test.database.database.execute(sql`alter table approvals disable trigger user`);
  await test.database.database.execute(edit);
  const done = await approvedBy(test, grace, approval);
  deepEqual(done.ok && [done.value.state, done.value.outcome?.code], ["failed", "DIGEST_MISMATCH"]);
  equal(test.system.asks.length, 0);
});

test("an action that was changed, removed or made stricter since is not run", async (t) => {
  const changes: Record<string, (test: TestTrust) => void> = {
    ACTION_CHANGED: (test) => {
      test.catalogue = [catalogueAction(describeAction("coinhubx.trading.enable", { sentence: "Do more" }))];
    },
    ACTION_GONE: (test) => {
      test.catalogue = [];
    },
  };
  for (const [code, change] of Object.entries(changes)) {
    await t.test(code, async () => {
      await using test = await TestTrust.start();
      const [ada, grace] = [await test.admin(), await test.person("Grace")];
      const approval = await requested(test, ada);
      change(test);
      const done = await approvedBy(test, grace, approval);
      deepEqual(done.ok && [done.value.state, done.value.outcome?.code], ["failed", code]);
      equal(test.system.asks.length, 0);
    });
  }
});

test("replay: an approval is used once, by two at the same moment and by a plane that starts again", async () => {
  await using test = await TestTrust.start();
  const [ada, grace, edsger] = [await test.admin(), await test.person("Grace"), await test.person("Edsger")];
  const approval = await requested(test, ada);
  const [graces, edsgers] = [await grace.code(), edsger.sameCode()];
  const { id, digest } = approval;
  const results = await Promise.all([
    test.trust.approvals.approve(id, grace.signer, { proof: { totp: graces }, digest }),
    test.trust.approvals.approve(id, edsger.signer, { proof: { totp: edsgers }, digest }),
  ]);
  deepEqual(results.map(codeOf).sort(), ["APPROVAL_NOT_PENDING", "accepted"]);
  equal(codeOf(await approvedBy(test, grace, approval)), "APPROVAL_NOT_PENDING");
  await test.close();
  await test.open();
  await test.trust.approvals.sweep();
  equal(test.system.asks.length, 1);
  await rejects(test.database.app.execute(sql`update approvals set started_at = now() where id = ${id}`));
});

test("what a plane had begun when it died is never run again: its outcome is unknown", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, ada);
  let dead: () => void = () => undefined;
  const died = new Promise<never>((_, reject) => {
    dead = () => reject(new Failure("PROCESS_DIED", { retryable: false }));
  });
  const asked = new Promise<void>((resolve) => {
    test.system.meanwhile = async () => {
      resolve();
      await died;
    };
  });
  const approving = approvedBy(test, grace, approval);
  await asked;
  const first = test.trust;
  await test.open();
  await test.trust.approvals.sweep();
  const found = await test.trust.approvals.get(approval.id);
  deepEqual([found?.state, found?.outcome?.code], ["failed", "OUTCOME_UNKNOWN"]);
  equal(test.system.asks.length, 1);
  dead();
  await approving;
  await first[Symbol.asyncDispose]();
  equal((await test.trust.approvals.get(approval.id))?.outcome?.code, "OUTCOME_UNKNOWN");
});

test("expired: to stop something there are ten minutes, for the rest a day, and then no signature counts", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  test.catalogue.push(catalogueAction(describeAction("coinhubx.withdrawals.freeze", { direction: "stop" })));
  const stop = await requested(test, ada, { ...enable, action: "coinhubx.withdrawals.freeze" });
  equal(stop.expiresAt - stop.createdAt, 10 * 60_000);
  await test.clock.advance(9 * 60_000);
  equal((await test.trust.approvals.get(stop.id))?.state, "pending");
  await test.clock.advance(60_000);
  equal((await test.trust.approvals.get(stop.id))?.state, "expired");
  equal(codeOf(await approvedBy(test, grace, stop)), "APPROVAL_EXPIRED");
  await test.trust.approvals.sweep();
  ok(test.ended.includes(stop.id), "whoever was paged for it is left in peace");
  ok((await test.audited()).includes("coinhubx.withdrawals.freeze.expired"));
  const start = await requested(test, ada);
  equal(start.expiresAt - start.createdAt, 24 * 60 * 60_000);
});

test("the approver sees what is signed: the served request holds everything that is hashed, and its code recomputes", async () => {
  await using test = await TestTrust.start();
  const runbook = { id: "kill-switch-trading", version: 3, sha256: "ab".repeat(32) };
  const order = { ...enable, runbook, step: "enable", stateVersion: "41", target: "ETH-USDT" };
  const approval = await requested(test, await test.admin(), order);
  const served = approvalSchema.parse(JSON.parse(JSON.stringify(approvalView(approval))));
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new Uint8Array(approvalBytes(served.bound as typeof approval.bound))),
  );
  equal(Buffer.from(digest).toString("hex"), served.digest);
  equal(approvalCode(digest), served.code);
  equal(test.pages[0]!.code, served.code);
  deepEqual(Object.keys(served.bound).sort(), [
    "action",
    "environment",
    "expiresAt",
    "nonce",
    "notBefore",
    "params",
    "precondition",
    "requester",
    "runbook",
    "step",
    "target",
  ]);
  equal(served.sentence, "Do it on ETH-USDT");
  deepEqual([served.bound.runbook, served.bound.step, served.bound.precondition.state], [runbook, "enable", "41"]);
});

test("two approvals by one person: a second session counts as the same person, and a second account cannot be made", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, ada, { ...enable, people: 3 });
  equal(approval.policy.people, 3);
  const first = await approvedBy(test, grace, approval);
  equal(first.ok && first.value.state, "pending");
  const again = await test.signIn(grace.principal.email, await grace.code());
  const { personId, name, roles } = again.principal;
  const proof = { proof: { totp: await grace.code() }, digest: approval.digest };
  equal(codeOf(await test.trust.approvals.approve(approval.id, { personId, name, roles }, proof)), "ALREADY_SIGNED");
  for (const email of [
    grace.principal.email,
    grace.principal.email.toUpperCase(),
    grace.principal.email.replace("@", "+second@"),
  ]) {
    const totp = await ada.code();
    const second = await test.trust.identity.people.invite(ada.principal, { email, name, roles, proof: { totp } });
    equal(codeOf(second), "PERSON_EXISTS", email);
  }
  equal(test.system.asks.length, 0);
});

test("failure handling is not blocked while a manual gate waits: one person stops what others are still asked to start", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const waiting = await requested(test, ada);
  const stop = await test.trust.actions.perform(
    { action: "coinhubx.trading.disable", params: {}, reason: "prices are wrong" },
    { signer: ada.signer, proof: { totp: await ada.code() }, session: ada.principal },
  );
  equal(stop.ok && stop.value.kind === "done" && stop.value.run.state, "executed");
  equal(test.notices.length, 1);
  equal((await test.trust.approvals.get(waiting.id))?.state, "pending");
  const refused = await test.trust.approvals.refuse(waiting.id, grace.signer, "not while prices are wrong");
  equal(refused.ok && refused.value.state, "refused");
  equal(codeOf(await approvedBy(test, grace, waiting)), "APPROVAL_NOT_PENDING");
});

test("while one approved action hangs, others are requested, refused and stopped", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, ada);
  let release: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    test.system.meanwhile = async () => {
      test.system.meanwhile = undefined;
      await new Promise<void>((go) => {
        release = go;
        resolve();
      });
    };
  });
  const hanging = approvedBy(test, grace, approval);
  await asked;
  const stop = await test.trust.actions.perform(
    { action: "coinhubx.trading.disable", params: {}, reason: "prices are wrong" },
    { signer: ada.signer, proof: { totp: await ada.code() }, session: ada.principal },
  );
  equal(stop.ok && stop.value.kind === "done" && stop.value.run.state, "executed");
  await test.trust.approvals.sweep();
  equal((await test.trust.approvals.get(approval.id))?.state, "approved");
  release();
  const done = await hanging;
  equal(done.ok && done.value.state, "executed");
});

test("a dangerous action is refused when its audit entry cannot be written: the system is never asked", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, ada);
  await test.database.database.execute(sql`
    create function fail_approved() returns trigger language plpgsql as $$
    begin
      if new.leaf like '%enable.approved%' then raise exception 'disk full'; end if;
      return new;
    end $$`);
  await test.database.database.execute(sql`
    create trigger fail_approved before insert on audit_entries for each row execute function fail_approved()`);
  const done = await approvedBy(test, grace, approval);
  deepEqual(done.ok && [done.value.state, done.value.outcome?.code], ["failed", "AUDIT_UNAVAILABLE"]);
  equal(test.system.asks.length, 0);
});

test("a signer who was removed before the last signature no longer counts, and what they had asked for ends", async () => {
  await using test = await TestTrust.start();
  const [ada, grace, edsger] = [await test.admin(), await test.person("Grace"), await test.person("Edsger")];
  const approval = await requested(test, ada, { ...enable, people: 3 });
  const first = await approvedBy(test, edsger, approval);
  equal(first.ok && first.value.state, "pending");
  const asked = await requested(test, edsger);
  const removed = await test.trust.identity.people.remove(ada.principal, edsger.id, { totp: await ada.code() });
  equal(codeOf(removed), "accepted");
  equal((await test.trust.approvals.get(asked.id))?.state, "canceled");
  const last = await approvedBy(test, grace, approval);
  deepEqual(last.ok && [last.value.state, last.value.outcome?.code], ["failed", "SIGNER_LEFT"]);
  equal(test.system.asks.length, 0);
});

test("a system that refuses, fails or stays silent is told apart, and none is asked twice", async () => {
  const answers = {
    NOT_RECONCILED: { status: 409, body: { code: "NOT_RECONCILED" } },
    HTTP_502: { status: 502, body: null },
    OUTCOME_UNKNOWN: new Failure("HTTP_TIMEOUT", { retryable: true }),
    SYSTEM_UNREACHABLE: new Failure("HTTP_UNREACHABLE", {
      retryable: true,
      cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
    }),
  } as const;
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  for (const [code, answer] of Object.entries(answers)) {
    test.system.asks.length = 0;
    test.system.answer = answer;
    const done = await approvedBy(test, grace, await requested(test, ada));
    deepEqual(done.ok && [done.value.state, done.value.outcome?.code], ["failed", code]);
    equal(test.system.asks.length, 1);
  }
});

test("a wrong, missing or used code signs nothing, and a refused signature costs no code", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const approval = await requested(test, ada);
  const { id, digest } = approval;
  const approve = (totp: string, signed = digest) =>
    test.trust.approvals.approve(id, grace.signer, { proof: { totp }, digest: signed });
  const fresh = await grace.code();
  equal(codeOf(await approve(fresh === "000000" ? "000001" : "000000")), "BAD_TOTP");
  equal(codeOf(await approve(fresh, "00".repeat(32))), "DIGEST_MISMATCH");
  equal(codeOf(await approve(fresh)), "accepted");
  const next = await requested(test, ada);
  equal(
    codeOf(await test.trust.approvals.approve(next.id, grace.signer, { proof: { totp: fresh }, digest: next.digest })),
    "BAD_TOTP",
  );
});

test("a request that a caller repeats under its key is made once", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const order = { ...enable, key: "run_1/enable" };
  const first = await test.trust.approvals.request(order, ada.signer);
  const second = await test.trust.approvals.request(order, ada.signer);
  equal(first.ok && second.ok && first.value.id === second.value.id, true);
  equal(first.ok && first.value.state, "awaiting_requester");
  equal(test.pages.length, 0, "nobody is paged before the requester has confirmed");
  const confirmed = await test.trust.approvals.confirm(first.ok ? first.value.id : "", ada.signer, {
    totp: await ada.code(),
  });
  equal(confirmed.ok && confirmed.value.state, "pending");
  equal(test.pages.length, 1);
});

test("nobody opens more than twenty requests, and somebody without a role of the policy opens none", async () => {
  await using test = await TestTrust.start();
  const [ada, alan] = [await test.admin(), await test.person("Alan", ["viewer"])];
  equal(codeOf(await test.trust.approvals.request(enable, alan.signer)), "ROLE_MISSING");
  for (let count = 0; count < 20; count += 1) {
    equal(codeOf(await test.trust.approvals.request(enable, ada.signer)), "accepted");
  }
  equal(codeOf(await test.trust.approvals.request(enable, ada.signer)), "TOO_MANY_OPEN_REQUESTS");
});
