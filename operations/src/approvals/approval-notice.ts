import { fromHex } from "@assay/primitives/bytes";
import { approvalCode } from "./approval-digest.ts";
import type { ApprovalRecord } from "./approval-store.ts";
import type { ApprovalNotice } from "./pager.ts";

/** `XXXX-XXXX`, from the stored digest. */
export function approvalCodeOf({ digest }: { readonly digest: string }): string {
  return approvalCode(fromHex(digest));
}

/** What the people who could approve are paged with. */
export function noticeOf(approval: ApprovalRecord): ApprovalNotice {
  return {
    approvalId: approval.id,
    action: approval.bound.action,
    sentence: approval.sentence,
    code: approvalCodeOf(approval),
    requester: approval.bound.requester,
    roles: approval.policy.roles,
    expiresAt: approval.expiresAt,
    incidentId: approval.incidentId,
  };
}
