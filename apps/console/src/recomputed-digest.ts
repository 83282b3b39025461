import type { ApprovalView } from "@assay/operations/api/schema/approvals";
import {
  approvalBytes,
  approvalCode,
  type BoundAction,
  descriptionBytes,
  sentenceOf,
} from "@assay/operations/approvals/approval-digest";
import { toHex } from "@assay/primitives/bytes";
import type { JsonObject } from "@assay/primitives/json";
import { useEffect, useState } from "react";

/** What this page displays of a request, and whether exactly that is what is signed. */
export interface Shown {
  /** The page shows these, each, and hashes these, and nothing else of the answer. */
  readonly bound: BoundAction;
  readonly sentence: string;
  readonly blastRadius: string;
  readonly undo: string;
}

export interface RecomputedDigest {
  /** Lower-case hex SHA-256, computed here. */
  readonly digest: string;
  readonly code: string;
  /** False when the server asks for a signature under anything but what is displayed. */
  readonly isHonest: boolean;
}

/**
 * Sentence, blast radius and undo come from the description whose hash is signed, never from the server's own words beside
 * it; a request without its description shows no sentence.
 */
export function shownOf({ bound, description }: Pick<ApprovalView, "bound" | "description">): Shown {
  const { action, params, target, environment, runbook, step, requester, precondition, ...times } = bound;
  const displayed = { action, params, target, environment, runbook, step, requester, precondition, ...times };
  return {
    bound: displayed as BoundAction,
    sentence: description === null ? action : sentenceOf(description, params as JsonObject),
    blastRadius: description?.blastRadius ?? "not known",
    undo: description?.undo ?? "not known",
  };
}

/** The digest of what this page displays, computed here: the server's word is not taken for it. */
export function useRecomputedDigest(approval: ApprovalView): RecomputedDigest | undefined {
  const [recomputed, setRecomputed] = useState<RecomputedDigest>();
  const { digest, code, sentence } = approval;
  const text = JSON.stringify([shownOf(approval), approval.description, { digest, code, sentence }]);
  useEffect(() => {
    let current = true;
    void recompute(text).then((found) => {
      if (current) setRecomputed(found);
    });
    return () => {
      current = false;
    };
  }, [text]);
  return recomputed;
}

type Compared = readonly [Shown, JsonObject | null, Pick<ApprovalView, "digest" | "code" | "sentence">];

async function recompute(text: string): Promise<RecomputedDigest> {
  const [shown, description, server] = JSON.parse(text) as Compared;
  const hash = await sha256(approvalBytes(shown.bound));
  const [digest, code] = [toHex(hash), approvalCode(hash)];
  const described = description === null ? undefined : toHex(await sha256(descriptionBytes(description)));
  const isDescribed = described === undefined || described === shown.bound.precondition.description;
  const isHonest =
    digest === server.digest && code === server.code && isDescribed && sayTheSame(shown, server, description);
  return { digest, code, isHonest };
}

/** Other words beside the signed ones would be read aloud to the other person. */
function sayTheSame(shown: Shown, server: { readonly sentence: string }, description: JsonObject | null): boolean {
  return description === null || shown.sentence === server.sentence;
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
}
