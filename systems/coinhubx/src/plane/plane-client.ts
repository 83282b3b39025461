import type { Secret } from "@assay/platform/config/secret";
import { fetchJson } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { AuditEntry } from "../audit/audit-outbox.ts";

export interface ApprovalWish {
  readonly action: string;
  readonly params: JsonObject;
  readonly reason: string;
  /** The access token of the person who asks; the plane takes them for the requester. */
  readonly requesterToken: string;
}

export interface RequestedApproval {
  readonly approvalId: string;
  /** `XXXX-XXXX`, which both people compare. */
  readonly code: string;
  readonly expiresAt: string;
}

export type ApprovalWishRefusal = { readonly code: "FORBIDDEN"; readonly detail: string };

/** What this system asks of the operations plane. */
export interface PlaneClient {
  /** @throws Failure `APPROVALS_UNAVAILABLE` (retryable) when the plane cannot be reached or does not accept our key. */
  requestApproval(wish: ApprovalWish): Promise<Result<RequestedApproval, ApprovalWishRefusal>>;
  /** Appends to the plane's audit log, all or nothing. @throws Failure `AUDIT_UNAVAILABLE` (retryable). */
  appendAuditEntries(entries: readonly AuditEntry[]): Promise<void>;
}

export interface PlaneClientOptions {
  readonly url: string;
  /** This system's service key; without one the plane counts as out of reach. */
  readonly key: Secret<string> | undefined;
}

const TIMEOUT_MS = 3_000;
const approvalSchema = z.object({ id: z.string(), code: z.string(), expiresAt: z.string() });
const problemSchema = z.object({ detail: z.string() });

export function createPlaneClient({ url, key }: PlaneClientOptions): PlaneClient {
  const post = async (path: string, body: JsonObject, failure: string) => {
    if (key === undefined)
      throw new Failure(failure, { retryable: true, details: { reason: "no service key is set" } });
    try {
      return await fetchJson(`${url}${path}`, { method: "POST", body, token: key.reveal(), timeoutMs: TIMEOUT_MS });
    } catch (cause) {
      throw new Failure(failure, { retryable: true, cause });
    }
  };
  return {
    async requestApproval({ action, params, reason, requesterToken }) {
      const wish = { action, params, reason, requesterToken };
      const { status, body } = await post("/api/approvals", wish, "APPROVALS_UNAVAILABLE");
      const created = approvalSchema.safeParse(body);
      if (status < 300 && created.success) {
        const { id, code, expiresAt } = created.data;
        return accept({ approvalId: id, code, expiresAt });
      }
      const problem = problemSchema.safeParse(body);
      if (status === 403 && problem.success) return refuse({ code: "FORBIDDEN", detail: problem.data.detail });
      throw new Failure("APPROVALS_UNAVAILABLE", { retryable: true, details: { status } });
    },
    async appendAuditEntries(entries) {
      const body = { entries: entries.map((entry) => ({ ...entry, actor: { ...entry.actor } })) };
      const { status } = await post("/api/audit/entries", body, "AUDIT_UNAVAILABLE");
      if (status >= 300) throw new Failure("AUDIT_UNAVAILABLE", { retryable: true, details: { status } });
    },
  };
}
