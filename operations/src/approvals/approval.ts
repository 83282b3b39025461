import { assert } from "@assay/primitives/assert";
import { type Instant, parseInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { holdsRole } from "../identity/roles.ts";
import type { Role } from "../manifest/manifest.ts";
import type { BoundAction } from "./approval-digest.ts";
import { canFillRoles } from "./fill-roles.ts";
import type { DualControlPolicy } from "./policy.ts";

/** `awaiting_requester → pending → approved → executed | failed`, or one of the three ends without a deed. */
export type ApprovalState =
  | "awaiting_requester"
  | "pending"
  | "approved"
  | "executed"
  | "failed"
  | "refused"
  | "canceled"
  | "expired";

/** A person as the plane knows them now: not an account, a session or a token. */
export interface Signer {
  readonly personId: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface Signature extends Signer {
  readonly kind: "request" | "approval";
  readonly at: Instant;
}

/** What the system answered, or why the plane did not ask it. */
export type ApprovalOutcome = { readonly code: string; readonly answer: JsonValue };

export interface Approval {
  readonly id: string;
  readonly system: string;
  readonly bound: BoundAction;
  /** Lower-case hex SHA-256 of `approvalBytes(bound)`. */
  readonly digest: string;
  readonly policy: DualControlPolicy;
  readonly state: ApprovalState;
  /** The requester's first, in the order they were given. */
  readonly signatures: readonly Signature[];
  /** When an end state was reached; why, for `refused`. */
  readonly endedAt: Instant | null;
  readonly reason: string | null;
  readonly outcome: ApprovalOutcome | null;
}

export type ApprovalRefusal = {
  readonly code:
    | "APPROVAL_EXPIRED"
    | "APPROVAL_NOT_YET_VALID"
    | "APPROVAL_NOT_PENDING"
    | "NOT_THE_REQUESTER"
    | "REQUESTER_CANNOT_APPROVE"
    | "ALREADY_SIGNED"
    | "DIGEST_MISMATCH"
    | "ROLE_MISSING"
    | "SIGNER_LEFT";
};

/** Whether the request still waits for somebody. */
export function isOpen(approval: Approval): boolean {
  return approval.state === "awaiting_requester" || approval.state === "pending";
}

/** The approval as of `now`: open ones end at their time. */
export function asOf(approval: Approval, now: Instant): Approval {
  return isOpen(approval) && now >= instant(approval.bound.expiresAt)
    ? { ...approval, state: "expired", endedAt: instant(approval.bound.expiresAt) }
    : approval;
}

/** The requester proves again who they are: a signature, which never counts as an approval. */
export function confirmRequest(approval: Approval, signer: Signer, now: Instant): Result<Approval, ApprovalRefusal> {
  const open = openAt(approval, now, ["awaiting_requester"]);
  if (!open.ok) return open;
  if (signer.personId !== approval.bound.requester.id) return refuse({ code: "NOT_THE_REQUESTER" });
  return sign(approval, { ...signer, kind: "request", at: now });
}

/**
 * Another person agrees. `digest` is what their client computed from what it displayed. The last signature that the policy
 * asks for makes it `approved`.
 */
export function approve(
  approval: Approval,
  signer: Signer,
  { digest, now }: { readonly digest: string; readonly now: Instant },
): Result<Approval, ApprovalRefusal> {
  const open = openAt(approval, now, ["pending"]);
  if (!open.ok) return open;
  if (signer.personId === approval.bound.requester.id) return refuse({ code: "REQUESTER_CANNOT_APPROVE" });
  if (approval.signatures.some(({ personId }) => personId === signer.personId)) {
    return refuse({ code: "ALREADY_SIGNED" });
  }
  if (digest !== approval.digest) return refuse({ code: "DIGEST_MISMATCH" });
  return sign(approval, { ...signer, kind: "approval", at: now });
}

/** Somebody else who could have signed says no; one is enough. */
export function refuseApproval(
  approval: Approval,
  signer: Signer,
  { reason, now }: { readonly reason: string; readonly now: Instant },
): Result<Approval, ApprovalRefusal> {
  const open = openAt(approval, now, ["awaiting_requester", "pending"]);
  if (!open.ok) return open;
  if (signer.personId === approval.bound.requester.id) return refuse({ code: "REQUESTER_CANNOT_APPROVE" });
  if (!approval.policy.roles.some((role) => holdsRole(signer.roles, role))) return refuse({ code: "ROLE_MISSING" });
  return accept({ ...approval, state: "refused", endedAt: now, reason });
}

/** The requester takes it back. */
export function cancelApproval(approval: Approval, personId: string, now: Instant): Result<Approval, ApprovalRefusal> {
  const open = openAt(approval, now, ["awaiting_requester", "pending"]);
  if (!open.ok) return open;
  if (personId !== approval.bound.requester.id) return refuse({ code: "NOT_THE_REQUESTER" });
  return accept({ ...approval, state: "canceled", endedAt: now });
}

/**
 * Looks at the signers again at the moment of acting: `current` are those who are still operators, as they are now. A
 * signature of somebody who left or lost the role no longer counts.
 */
export function stillStands(approval: Approval, current: readonly Signer[]): Result<void, ApprovalRefusal> {
  const signers = approval.signatures.map(({ personId }) => current.find((person) => person.personId === personId));
  const present = signers.filter((person) => person !== undefined);
  if (present.length < approval.signatures.length) return refuse({ code: "SIGNER_LEFT" });
  if (!canFillRoles(approval.policy.roles, present)) return refuse({ code: "SIGNER_LEFT" });
  return accept(undefined);
}

/** What came of running it; only an approved one was ever run. */
export function settle(
  approval: Approval,
  {
    succeeded,
    outcome,
    now,
  }: { readonly succeeded: boolean; readonly outcome: ApprovalOutcome; readonly now: Instant },
): Approval {
  assert(approval.state === "approved", "only what was approved is run, and once");
  return { ...approval, state: succeeded ? "executed" : "failed", endedAt: now, outcome };
}

function openAt(approval: Approval, now: Instant, states: readonly ApprovalState[]): Result<void, ApprovalRefusal> {
  const current = asOf(approval, now);
  if (current.state === "expired") return refuse({ code: "APPROVAL_EXPIRED" });
  if (!states.includes(current.state)) return refuse({ code: "APPROVAL_NOT_PENDING" });
  if (now < instant(approval.bound.notBefore)) return refuse({ code: "APPROVAL_NOT_YET_VALID" });
  return accept(undefined);
}

/** Each signer brings a role of the policy, and whoever fills the last place completes the set. */
function sign(approval: Approval, signature: Signature): Result<Approval, ApprovalRefusal> {
  const { people, roles } = approval.policy;
  if (!roles.some((role) => holdsRole(signature.roles, role))) return refuse({ code: "ROLE_MISSING" });
  const signatures = [...approval.signatures, signature];
  assert(signatures.length <= people, "nobody signs what is complete");
  const isLast = signatures.length === people;
  if (isLast && !canFillRoles(roles, signatures)) return refuse({ code: "ROLE_MISSING" });
  return accept({ ...approval, signatures, state: isLast ? "approved" : "pending" });
}

function instant(text: string): Instant {
  const parsed = parseInstant(text);
  assert(parsed.ok, `${text} is an instant`);
  return parsed.value;
}
