import type { Random } from "@assay/platform/random/random";
import { newId } from "@assay/primitives/id";
import { addMs, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CatalogueAction } from "../actions/action-catalogue.ts";
import { type ActionOrder, bindAction } from "../actions/action-order.ts";
import { checkParams, type ParamsRefusal, sentenceOf } from "../actions/action-params.ts";
import { holdsRole } from "../identity/roles.ts";
import type { Signer } from "./approval.ts";
import type { ApprovalRecord } from "./approval-store.ts";
import { approvalLifetimeMs, policyFor } from "./policy.ts";

export type RequestRefusal =
  | { readonly code: "UNKNOWN_ACTION" | "APPROVAL_NOT_REQUIRED" | "ROLE_MISSING" | "TOO_MANY_OPEN_REQUESTS" }
  | ParamsRefusal;

export interface NewApproval {
  readonly entry: CatalogueAction;
  readonly order: ActionOrder;
  readonly requester: Signer;
  readonly now: Instant;
  readonly random: Random;
}

/** A request that waits for its requester's own confirmation. Policy and texts are those of this moment. */
export function newApproval(options: NewApproval): Result<ApprovalRecord, RequestRefusal> {
  const { entry, order, requester, now, random } = options;
  const { description } = entry;
  const policy = policyFor(description, order.people);
  if (policy.kind === "one-person") return refuse({ code: "APPROVAL_NOT_REQUIRED" });
  if (!policy.roles.some((role) => holdsRole(requester.roles, role))) return refuse({ code: "ROLE_MISSING" });
  const params = checkParams(description, order.params);
  if (!params.ok) return params;
  const lifetimeMs = approvalLifetimeMs(description.direction);
  const who = { id: requester.personId, name: requester.name };
  const { bound, digest } = bindAction({ entry, order, requester: who, now, lifetimeMs, random });
  return accept({
    id: newId("apr", now, random),
    system: entry.system,
    bound,
    digest,
    policy,
    state: "awaiting_requester",
    signatures: [],
    title: description.title,
    sentence: sentenceOf(description, order.params),
    blastRadius: description.blastRadius,
    undo: description.undo,
    direction: description.direction,
    why: order.reason,
    incidentId: order.incidentId ?? null,
    requestKey: order.key ?? null,
    createdAt: now,
    expiresAt: addMs(now, lifetimeMs),
    startedAt: null,
    endedAt: null,
    reason: null,
    outcome: null,
  });
}
