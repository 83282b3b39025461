import type { Random } from "@assay/platform/random/random";
import { newId } from "@assay/primitives/id";
import { addMs, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CatalogueAction } from "../actions/action-catalogue.ts";
import { type ActionOrder, bindAction } from "../actions/action-order.ts";
import { checkOrder, type ParamsRefusal } from "../actions/action-params.ts";
import { holdsRole } from "../identity/roles.ts";
import type { Signer } from "./approval.ts";
import { sentenceOf } from "./approval-digest.ts";
import type { ApprovalRecord } from "./approval-store.ts";
import type { PolicyTable } from "./policy-table.ts";

export type RequestRefusal =
  | { readonly code: "UNKNOWN_ACTION" | "APPROVAL_NOT_REQUIRED" | "ROLE_MISSING" | "TOO_MANY_OPEN_REQUESTS" }
  | ParamsRefusal;

export interface NewApproval {
  readonly entry: CatalogueAction;
  readonly order: ActionOrder;
  readonly requester: Signer;
  readonly now: Instant;
  readonly random: Random;
  readonly policies: Pick<PolicyTable, "resolve">;
}

/** A request that waits for its requester's own confirmation. Policy and texts are those of this moment. */
export function newApproval(options: NewApproval): Result<ApprovalRecord, RequestRefusal> {
  const { entry, order, requester, now, random, policies } = options;
  const { description } = entry;
  const params = checkOrder(entry, order.params);
  if (!params.ok) return params;
  const decided = policies.resolve(entry, { params: order.params, raised: { people: order.people } });
  const policy = decided.agreement;
  if (policy.kind === "one-person") return refuse({ code: "APPROVAL_NOT_REQUIRED" });
  if (!policy.roles.some((role) => holdsRole(requester.roles, role))) return refuse({ code: "ROLE_MISSING" });
  const lifetimeMs = decided.expiresInMs;
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
    description,
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
    tellAgainMs: decided.tellAgainMs,
    toldAt: null,
    toldTimes: 0,
    startedAt: null,
    endedAt: null,
    reason: null,
    outcome: null,
  });
}
