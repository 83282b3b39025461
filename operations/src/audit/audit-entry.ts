import { utf8 } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { JsonObject, JsonValue } from "@assay/primitives/json";

/** Who did it. `anonymous` is somebody who has not proved who they are, such as a failed sign-in. */
export interface AuditActor {
  readonly kind: "person" | "customer" | "service" | "system" | "anonymous";
  readonly id: string;
  readonly name: string;
}

/** What is to be remembered; names, targets and details may hold text of an attacker. */
export interface AuditEntry {
  readonly actor: AuditActor;
  /** Subject and past participle, as in `coinhubx.trading.enable.approved`. */
  readonly action: string;
  /** What it was done to: a system, a person's id, an alert. */
  readonly target: string;
  readonly details: JsonObject;
  readonly incidentId?: string;
}

const LARGEST_DETAILS_BYTES = 16 * 1024;
const LONGEST_TEXT = 500;

/**
 * The text whose bytes are the leaf: canonical JSON, so one line whatever the entry says. Its place in the tree is its
 * sequence. Details above 16 KiB are replaced by their size and digest, since an entry must never fail for being large.
 */
export function auditLeaf(entry: AuditEntry, at: Instant): string {
  return canonicalJson({
    action: wellFormed(entry.action),
    actor: { id: wellFormed(entry.actor.id), kind: entry.actor.kind, name: wellFormed(entry.actor.name) },
    at: formatInstant(at),
    details: boundedDetails(entry.details),
    incidentId: entry.incidentId === undefined ? null : wellFormed(entry.incidentId),
    target: wellFormed(entry.target),
    v: 1,
  });
}

function boundedDetails(details: JsonObject): JsonObject {
  const clean = wellFormedJson(details) as JsonObject;
  const text = canonicalJson(clean);
  const bytes = utf8(text).length;
  return bytes <= LARGEST_DETAILS_BYTES ? clean : { oversize: { bytes, sha256: sha256Hex(text) } };
}

// JSON from outside may hold half of a surrogate pair, which has no canonical form and no UTF-8.
function wellFormed(text: string): string {
  return text.slice(0, LONGEST_TEXT).toWellFormed();
}

function wellFormedJson(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormedJson);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormedJson(member as JsonValue)]),
  );
}
