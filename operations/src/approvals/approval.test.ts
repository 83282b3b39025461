import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { addMs } from "@assay/primitives/instant";
import type { Refusal, Result } from "@assay/primitives/result";
import {
  type Approval,
  approve,
  asOf,
  cancelApproval,
  confirmRequest,
  refuseApproval,
  settle,
  stillStands,
} from "./approval.ts";
import {
  ada,
  alan,
  barbara,
  edsger,
  grace,
  LIFETIME_MS,
  REQUESTED_AT as now,
  requestedApproval,
} from "./approval-fixture.ts";

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

function confirmed(approval: Approval = requestedApproval()): Approval {
  const result = confirmRequest(approval, ada, now);
  equal(result.ok, true);
  return result.ok ? result.value : approval;
}

test("two people make it approved: the requester's confirmation and one other person", () => {
  const pending = confirmed();
  equal(pending.state, "pending");
  const approved = approve(pending, grace, { digest: pending.digest, now });
  equal(approved.ok && approved.value.state, "approved");
  deepEqual(approved.ok && approved.value.signatures.map(({ kind, personId }) => [kind, personId]), [
    ["request", "per_ada"],
    ["approval", "per_grace"],
  ]);
});

test("zero approvals never pass: a confirmed request waits, and nothing but another person's signature moves it", () => {
  const pending = confirmed();
  equal(pending.state, "pending");
  equal(codeOf(confirmRequest(pending, ada, now)), "APPROVAL_NOT_PENDING");
  throws(() => settle(pending, { succeeded: true, outcome: { code: "DONE", answer: null }, now }), /approved is run/);
});

test("the requester cannot approve the own request, whatever roles they hold", () => {
  const pending = confirmed();
  equal(codeOf(approve(pending, ada, { digest: pending.digest, now })), "REQUESTER_CANNOT_APPROVE");
});

test("an administrator bypasses nothing: the role neither approves nor refuses nor cancels", () => {
  const pending = confirmed();
  equal(codeOf(approve(pending, alan, { digest: pending.digest, now })), "ROLE_MISSING");
  equal(codeOf(refuseApproval(pending, alan, { reason: "no", now })), "ROLE_MISSING");
  equal(codeOf(cancelApproval(pending, alan.personId, now)), "NOT_THE_REQUESTER");
});

test("an approver whose screen showed something else is refused", () => {
  const pending = confirmed();
  equal(codeOf(approve(pending, grace, { digest: "00".repeat(32), now })), "DIGEST_MISMATCH");
});

test("an expired request takes no signature", () => {
  const pending = confirmed();
  const late = addMs(now, LIFETIME_MS);
  equal(asOf(pending, addMs(late, -1)).state, "pending");
  equal(asOf(pending, late).state, "expired");
  equal(codeOf(approve(pending, grace, { digest: pending.digest, now: late })), "APPROVAL_EXPIRED");
  equal(codeOf(confirmRequest(requestedApproval(), ada, late)), "APPROVAL_EXPIRED");
  equal(codeOf(cancelApproval(pending, ada.personId, late)), "APPROVAL_EXPIRED");
});

test("a request is not valid before its time", () => {
  equal(codeOf(confirmRequest(requestedApproval(), ada, addMs(now, -1))), "APPROVAL_NOT_YET_VALID");
});

test("a signature is used once: what is approved, run or ended takes no other", () => {
  const pending = confirmed();
  const approved = approve(pending, grace, { digest: pending.digest, now });
  equal(approved.ok, true);
  if (!approved.ok) return;
  equal(codeOf(approve(approved.value, barbara, { digest: pending.digest, now })), "APPROVAL_NOT_PENDING");
  const executed = settle(approved.value, { succeeded: true, outcome: { code: "DONE", answer: null }, now });
  equal(executed.state, "executed");
  equal(codeOf(approve(executed, barbara, { digest: pending.digest, now })), "APPROVAL_NOT_PENDING");
  throws(() => settle(executed, { succeeded: true, outcome: { code: "DONE", answer: null }, now }), /approved is run/);
});

test("one person counts once, however many sessions or tokens they hold", () => {
  const pending = confirmed(requestedApproval(ada, 3));
  const first = approve(pending, grace, { digest: pending.digest, now });
  equal(first.ok && first.value.state, "pending");
  if (!first.ok) return;
  const again = { ...grace, name: "Grace at another desk" };
  equal(codeOf(approve(first.value, again, { digest: pending.digest, now })), "ALREADY_SIGNED");
});

test("every role of the policy is held by one of the signers", () => {
  const pending = confirmed();
  equal(codeOf(approve(pending, barbara, { digest: pending.digest, now })), "accepted");
  const asOperatorOnly = confirmRequest(requestedApproval(edsger), edsger, now);
  equal(asOperatorOnly.ok, true);
  if (!asOperatorOnly.ok) return;
  const other = { ...edsger, personId: "per_other" };
  equal(codeOf(approve(asOperatorOnly.value, other, { digest: pending.digest, now })), "DIGEST_MISMATCH");
  const digest = asOperatorOnly.value.digest;
  equal(codeOf(approve(asOperatorOnly.value, other, { digest, now })), "ROLE_MISSING");
  equal(codeOf(approve(asOperatorOnly.value, barbara, { digest, now })), "accepted");
});

test("nobody but the requester confirms a request that a system made in their name", () => {
  equal(codeOf(confirmRequest(requestedApproval(), grace, now)), "NOT_THE_REQUESTER");
});

test("one refusal ends it, and the requester cancels instead", () => {
  const pending = confirmed();
  const refused = refuseApproval(pending, barbara, { reason: "the books do not agree", now });
  equal(refused.ok && refused.value.state, "refused");
  equal(codeOf(refuseApproval(pending, ada, { reason: "changed my mind", now })), "REQUESTER_CANNOT_APPROVE");
  const canceled = cancelApproval(pending, ada.personId, now);
  equal(canceled.ok && canceled.value.state, "canceled");
});

test("a signature of somebody who has left, or lost the role, no longer counts when it is time to act", () => {
  const pending = confirmed();
  const approved = approve(pending, grace, { digest: pending.digest, now });
  equal(approved.ok, true);
  if (!approved.ok) return;
  equal(codeOf(stillStands(approved.value, [ada, grace])), "accepted");
  equal(codeOf(stillStands(approved.value, [grace])), "SIGNER_LEFT");
  equal(
    codeOf(
      stillStands(approved.value, [
        { ...ada, roles: [] },
        { ...grace, roles: ["viewer"] },
      ]),
    ),
    "SIGNER_LEFT",
  );
});
