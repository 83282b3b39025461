import type { Random } from "@assay/platform/random/random";
import { toHex } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { addMs, formatInstant, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { approvalBytes, type BoundAction } from "../approvals/approval-digest.ts";
import type { ActionDescription } from "../manifest/manifest.ts";
import type { CatalogueAction } from "./action-catalogue.ts";

/** What somebody wants done, before it is known who must agree. */
export interface ActionOrder {
  readonly action: string;
  readonly params: JsonObject;
  readonly reason: string;
  /** What it is done to, when that is more than the system. */
  readonly target?: string | undefined;
  readonly incidentId?: string | undefined;
  /** Version of the state that the requester saw. */
  readonly stateVersion?: string | undefined;
  readonly runbook?: BoundAction["runbook"] | undefined;
  readonly step?: string | undefined;
  /** Made by a run of the plane, so that `runbook` is the plane's own word and not the caller's. */
  readonly run?: true | undefined;
  /** More people than the policy asks for; less is ignored. */
  readonly people?: number | undefined;
  /** The same key never makes a second request or run. */
  readonly key?: string | undefined;
}

const NONCE_BYTES = 16;

export interface BindOptions {
  readonly entry: CatalogueAction;
  readonly order: ActionOrder;
  readonly requester: { readonly id: string; readonly name: string };
  readonly now: Instant;
  readonly lifetimeMs: number;
  readonly random: Random;
}

/** Everything that is agreed to, and its digest in hex. */
export function bindAction(options: BindOptions): { readonly bound: BoundAction; readonly digest: string } {
  const { entry, order, requester, now, lifetimeMs, random } = options;
  const bound: BoundAction = {
    action: entry.description.name,
    params: order.params,
    target: order.target ?? entry.system,
    environment: entry.environment,
    runbook: order.runbook ?? null,
    step: order.step ?? null,
    requester: { id: requester.id, name: requester.name },
    precondition: { description: descriptionDigest(entry.description), state: order.stateVersion ?? null },
    nonce: toHex(random.bytes(NONCE_BYTES)),
    notBefore: formatInstant(now),
    expiresAt: formatInstant(addMs(now, lifetimeMs)),
  };
  return { bound, digest: digestOf(bound) };
}

/** Computed anew wherever it decides something. */
export function digestOf(bound: BoundAction): string {
  return sha256Hex(approvalBytes(bound));
}

/** Names a description: the people, the sentence and the parameters that were in force. */
export function descriptionDigest(description: ActionDescription): string {
  return sha256Hex(canonicalJson(description));
}
