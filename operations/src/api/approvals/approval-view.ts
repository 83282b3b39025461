import { formatInstant } from "@assay/primitives/instant";
import type { Signer } from "../../approvals/approval.ts";
import { approvalCodeOf } from "../../approvals/approval-notice.ts";
import type { ApprovalRecord } from "../../approvals/approval-store.ts";
import type { PersonPrincipal } from "../../identity/principal.ts";
import type { ApprovalView } from "../schema/approvals.ts";

/** Everything that is hashed is in `bound`; the rest explains it. */
export function approvalView(approval: ApprovalRecord): ApprovalView {
  const { id, system, state, bound, digest, sentence, title, blastRadius, undo, direction, policy } = approval;
  return {
    ...{ id, system, state, digest, sentence, title, blastRadius, undo, direction },
    bound: bound as ApprovalView["bound"],
    description: approval.description as ApprovalView["description"],
    code: approvalCodeOf(approval),
    reason: approval.why,
    policy: { people: policy.people, roles: [...policy.roles] },
    signatures: approval.signatures.map(({ personId, name, roles, kind, at }) => ({
      ...{ personId, name, kind, at: formatInstant(at) },
      roles: [...roles],
    })),
    createdAt: formatInstant(approval.createdAt),
    expiresAt: formatInstant(approval.expiresAt),
    told: {
      times: approval.toldTimes,
      at: approval.toldAt === null ? null : formatInstant(approval.toldAt),
      againMs: approval.tellAgainMs,
    },
    endedAt: approval.endedAt === null ? null : formatInstant(approval.endedAt),
    endReason: approval.reason,
    outcome: approval.outcome as ApprovalView["outcome"],
    incidentId: approval.incidentId,
  };
}

export function approvalRequiredView(approval: ApprovalRecord) {
  const view = approvalView(approval);
  return {
    success: true as const,
    status: "approval_required" as const,
    approval_id: view.id,
    code: view.code,
    expires_at: view.expiresAt,
    approval: view,
  };
}

export function signerOf({ personId, name, roles }: PersonPrincipal): Signer {
  return { personId, name, roles };
}

/** Statuses of what dual control may refuse. */
export const APPROVAL_REFUSALS = {
  UNKNOWN_ACTION: 404,
  INVALID_PARAMS: 422,
  APPROVAL_NOT_REQUIRED: 409,
  ROLE_MISSING: 403,
  TOO_MANY_OPEN_REQUESTS: 409,
  APPROVAL_EXPIRED: 409,
  APPROVAL_NOT_YET_VALID: 409,
  APPROVAL_NOT_PENDING: 409,
  NOT_THE_REQUESTER: 403,
  REQUESTER_CANNOT_APPROVE: 403,
  ALREADY_SIGNED: 409,
  DIGEST_MISMATCH: 409,
  SIGNER_LEFT: 409,
  STANDING_APPROVAL_ENDED: 409,
} as const;
