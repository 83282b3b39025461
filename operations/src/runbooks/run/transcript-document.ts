import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import type { JsonValue } from "@assay/primitives/json";
import type { TranscriptView } from "../../api/schema/runbooks.ts";

/** Over everything in the document but itself: RFC 8785, SHA-256, lower-case hex. */
export function transcriptDigest({ run, steps, text }: Pick<TranscriptView, "run" | "steps" | "text">): string {
  return sha256Hex(canonicalJson({ run, steps, text } as unknown as JsonValue));
}
