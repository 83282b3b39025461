import { fromHex } from "@assay/primitives/bytes";
import { approvalCode } from "./approval-digest.ts";
import type { ApprovalRecord } from "./approval-store.ts";
import type { ApprovalEnd, ApprovalNotice } from "./pager.ts";

/** `XXXX-XXXX`, from the stored digest. */
export function approvalCodeOf({ digest }: { readonly digest: string }): string {
  return approvalCode(fromHex(digest));
}

/** What the people who could approve are paged with. */
export function noticeOf(approval: ApprovalRecord): ApprovalNotice {
  return {
    approvalId: approval.id,
    system: approval.system,
    action: approval.bound.action,
    sentence: approval.sentence,
    code: approvalCodeOf(approval),
    direction: approval.direction,
    requester: approval.bound.requester,
    signed: approval.signatures.map(({ personId, name }) => ({ id: personId, name })),
    roles: approval.policy.roles,
    expiresAt: approval.expiresAt,
    incidentId: approval.incidentId,
    round: approval.toldTimes,
  };
}

/** What they hear when it is over. */
export function endOf(approval: ApprovalRecord, by: { readonly name: string } | undefined): ApprovalEnd {
  const { id, sentence, state, bound, reason } = approval;
  return { approvalId: id, sentence, code: approvalCodeOf(approval), state, requester: bound.requester, by, reason };
}
