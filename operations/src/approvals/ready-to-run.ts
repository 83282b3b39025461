import { type Instant, parseInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { ActionCatalogue, CatalogueAction } from "../actions/action-catalogue.ts";
import { descriptionDigest, digestOf } from "../actions/action-order.ts";
import { type Approval, type ApprovalRefusal, type Signer, stillStands } from "./approval.ts";
import type { PolicyTable } from "./policy-table.ts";

export type NotReady =
  | ApprovalRefusal
  | { readonly code: "ACTION_CHANGED" | "ACTION_GONE" | "POLICY_RAISED" | "TOO_FEW_SIGNATURES" };

/**
 * The last look before acting, at everything anew: the digest from what is stored, the action as its system describes it
 * now, the signatures, and the signers as they are now.
 */
export function readyToRun(
  approval: Approval,
  options: {
    readonly catalogue: ActionCatalogue;
    readonly policies: Pick<PolicyTable, "resolve">;
    readonly signers: readonly Signer[];
    readonly now: Instant;
  },
): Result<CatalogueAction, NotReady> {
  const { catalogue, policies, signers, now } = options;
  const { bound, policy, signatures } = approval;
  if (digestOf(bound) !== approval.digest) return refuse({ code: "DIGEST_MISMATCH" });
  const expiresAt = parseInstant(bound.expiresAt);
  if (!expiresAt.ok || now >= expiresAt.value) return refuse({ code: "APPROVAL_EXPIRED" });
  const entry = catalogue.find(bound.action);
  if (entry === undefined || entry.system !== approval.system) return refuse({ code: "ACTION_GONE" });
  if (descriptionDigest(entry.description) !== bound.precondition.description) {
    return refuse({ code: "ACTION_CHANGED" });
  }
  const policyNow = policies.resolve(entry, { params: bound.params }).agreement;
  const isRaised = policyNow.kind === "dual-control" && policyNow.people > policy.people;
  if (isRaised || policyNow.roles.some((role) => !policy.roles.includes(role)))
    return refuse({ code: "POLICY_RAISED" });
  const people = new Set(signatures.map(({ personId }) => personId));
  const approvers = signatures.filter(({ kind, personId }) => kind === "approval" && personId !== bound.requester.id);
  if (people.size < policy.people || approvers.length < policy.people - 1) {
    return refuse({ code: "TOO_FEW_SIGNATURES" });
  }
  const stands = stillStands(approval, signers);
  return stands.ok ? accept(entry) : stands;
}
