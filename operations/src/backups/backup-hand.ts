import { fetchJson } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import { isJsonObject, type JsonObject, type JsonValue } from "@assay/primitives/json";
import type { ActionCatalogue } from "../actions/action-catalogue.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { BackupVerdict } from "./backup-list.ts";
import type { BackupRunKind } from "./backup-run-store.ts";

export interface BackupHandOptions {
  readonly audit: Pick<AuditLog, "appendBeforeAct">;
  readonly catalogue: Pick<ActionCatalogue, "find">;
}

export interface BackupOrder {
  readonly kind: BackupRunKind;
  /** The system's action. */
  readonly action: string;
  /** Undefined for one that is yet to be made. */
  readonly copy: string | undefined;
  readonly actor: AuditActor;
  readonly token: string;
  readonly signal: AbortSignal;
}

export interface BackupOutcome {
  readonly verdict: BackupVerdict;
  readonly reason: string | null;
  readonly copy: string | null;
  readonly facts: JsonObject;
}

const TIMEOUT_MS = 20 * 60_000;
const MOST_FACTS = 40;

/** Has a system make, verify or restore a copy: the audit entry first. Whatever cannot be told for certain is inconclusive. */
export async function doBackup(order: BackupOrder, { audit, catalogue }: BackupHandOptions): Promise<BackupOutcome> {
  const entry = catalogue.find(order.action);
  if (entry === undefined) return unclear(order, "the system no longer has this action");
  // The clock and one person may do what touches nothing live; anything worse goes through the Danger Zone.
  if (entry.description.effect === "danger" || entry.description.people > 1)
    return unclear(order, "the action needs an approval");
  const params = order.copy === undefined ? {} : { name: order.copy };
  try {
    const { actor, action } = order;
    await audit.appendBeforeAct({ actor, action: `${action}.begun`, target: entry.system, details: { params } });
    const url = `${entry.url.replace(/\/$/, "")}/ops/actions/${encodeURIComponent(action)}`;
    const { token, signal } = order;
    const reply = await fetchJson(url, { method: "POST", body: { params }, token, signal, timeoutMs: TIMEOUT_MS });
    return readOutcome(order, { status: reply.status, body: (reply.body ?? null) as JsonValue });
  } catch (error) {
    return unclear(order, error instanceof Failure ? error.code : "the plane failed");
  }
}

/** What the system's answer says about the copy. Only the words that mean it count as passed. */
export function readOutcome(
  order: Pick<BackupOrder, "kind" | "copy">,
  { status, body }: { readonly status: number; readonly body: JsonValue },
): BackupOutcome {
  const result = isJsonObject(body) && isJsonObject(body.result) ? body.result : {};
  if (status < 200 || status >= 300) {
    const code = isJsonObject(body) && typeof body.code === "string" ? body.code : `it answered ${status}`;
    // A copy that could not be made is missing for certain; one that could not be looked at may be as good as ever.
    return { ...unclear(order, code), verdict: order.kind === "create" ? "failed" : "inconclusive" };
  }
  const named = result.backup_name ?? result.name;
  const copy = typeof named === "string" ? named : (order.copy ?? null);
  const reason = typeof result.reason === "string" ? result.reason : null;
  return { verdict: verdictOf(order.kind, result, copy), reason, copy, facts: smallFacts(result) };
}

const PASSED = new Set(["passed", "verified", "created"]);

function verdictOf(kind: BackupRunKind, result: JsonObject, copy: string | null): BackupVerdict {
  const said = result.verdict ?? result.status;
  if (said === "failed") return "failed";
  if (kind === "create") return copy === null ? "inconclusive" : "passed";
  return typeof said === "string" && PASSED.has(said) && said !== "created" ? "passed" : "inconclusive";
}

function smallFacts(result: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(result)
      .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
      .slice(0, MOST_FACTS)
      .map(([name, value]) => [name, typeof value === "string" ? value.slice(0, 300) : value]),
  ) as JsonObject;
}

function unclear({ copy }: Pick<BackupOrder, "copy">, reason: string): BackupOutcome {
  return { verdict: "inconclusive", reason, copy: copy ?? null, facts: {} };
}
