import type { Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { Role } from "../manifest/manifest.ts";

/** What reaches the phone of somebody whose agreement is asked for. */
export interface ApprovalNotice {
  readonly approvalId: string;
  readonly action: string;
  readonly sentence: string;
  /** `XXXX-XXXX` */
  readonly code: string;
  readonly requester: { readonly id: string; readonly name: string };
  /** Roles still to be found among those who sign. */
  readonly roles: readonly Role[];
  readonly expiresAt: Instant;
  readonly incidentId: string | null;
}

/** What everyone is told when one person has acted alone. */
export interface ActionNotice {
  readonly runId: string;
  readonly action: string;
  readonly sentence: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly reason: string;
  readonly incidentId: string | null;
}

/** How the plane calls people. Both write durable jobs in the given transaction and never wait for a delivery. */
export interface Pager {
  /** Pages those who could approve, except the requester; escalates until {@link approvalEnded}. */
  approvalRequested(transaction: Sql, notice: ApprovalNotice): Promise<void>;
  approvalEnded(transaction: Sql, approvalId: string): Promise<void>;
  /** For actions whose description pages everyone. */
  actionTaken(transaction: Sql, notice: ActionNotice): Promise<void>;
}
