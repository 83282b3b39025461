import { sha256Hex } from "@assay/primitives/hash";
import { addMs, formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Approval, Signer } from "./approval.ts";
import { approvalBytes, type BoundAction } from "./approval-digest.ts";
import type { People } from "./policy.ts";

/** Test data: a request for two people with the roles operator and approver, and the people around it. */
export const REQUESTED_AT: Instant = toInstant(1_767_225_600_000);
export const LIFETIME_MS = 60_000;

export const ada: Signer = { personId: "per_ada", name: "Ada", roles: ["operator", "approver", "admin"] };
export const grace: Signer = { personId: "per_grace", name: "Grace", roles: ["operator", "approver"] };
export const edsger: Signer = { personId: "per_edsger", name: "Edsger", roles: ["operator"] };
export const barbara: Signer = { personId: "per_barbara", name: "Barbara", roles: ["approver"] };
export const alan: Signer = { personId: "per_alan", name: "Alan", roles: ["admin", "viewer"] };

export function requestedApproval(requester: Signer = ada, people: People = 2): Approval {
  const bound: BoundAction = {
    action: "coinhubx.trading.enable",
    params: {},
    target: "coinhubx",
    environment: "local",
    runbook: null,
    step: null,
    requester: { id: requester.personId, name: requester.name },
    precondition: { description: "00".repeat(32), state: null },
    nonce: "11".repeat(16),
    notBefore: formatInstant(REQUESTED_AT),
    expiresAt: formatInstant(addMs(REQUESTED_AT, LIFETIME_MS)),
  };
  return {
    id: "apr_1",
    system: "coinhubx",
    bound,
    digest: sha256Hex(approvalBytes(bound)),
    policy: { kind: "dual-control", people, roles: ["operator", "approver"] },
    state: "awaiting_requester",
    signatures: [],
    endedAt: null,
    reason: null,
    outcome: null,
  };
}
