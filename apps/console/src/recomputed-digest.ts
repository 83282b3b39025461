import { approvalBytes, approvalCode, type BoundAction } from "@assay/operations/approvals/approval-digest";
import { toHex } from "@assay/primitives/bytes";
import { useEffect, useState } from "react";

export interface RecomputedDigest {
  /** Lower-case hex SHA-256. */
  readonly digest: string;
  readonly code: string;
}

/** The digest of what this page displays, computed here: the server's word is not taken for it. */
export function useRecomputedDigest(bound: BoundAction): RecomputedDigest | undefined {
  const [recomputed, setRecomputed] = useState<RecomputedDigest>();
  const text = JSON.stringify(bound);
  useEffect(() => {
    let current = true;
    void crypto.subtle.digest("SHA-256", new Uint8Array(approvalBytes(JSON.parse(text)))).then((bytes) => {
      const hash = new Uint8Array(bytes);
      if (current) setRecomputed({ digest: toHex(hash), code: approvalCode(hash) });
    });
    return () => {
      current = false;
    };
  }, [text]);
  return recomputed;
}
