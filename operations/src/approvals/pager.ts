import type { Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { Role } from "../manifest/manifest.ts";
import type { ApprovalState } from "./approval.ts";

interface Who {
  readonly id: string;
  readonly name: string;
}

/** What reaches the phone of somebody whose agreement is asked for. */
export interface ApprovalNotice {
  readonly approvalId: string;
  readonly system: string;
  readonly action: string;
  readonly sentence: string;
  /** `XXXX-XXXX` */
  readonly code: string;
  readonly direction: "stop" | "start" | "neutral";
  readonly requester: Who;
  /** Those who signed already, the requester among them. */
  readonly signed: readonly Who[];
  /** Roles to be found among those who sign. */
  readonly roles: readonly Role[];
  readonly expiresAt: Instant;
  readonly incidentId: string | null;
  /** 0 for the first page; each silence adds one. */
  readonly round: number;
}

/** How a request ended, for whoever was told of it and for whoever asked. */
export interface ApprovalEnd {
  readonly approvalId: string;
  readonly sentence: string;
  readonly code: string;
  readonly state: ApprovalState;
  readonly requester: Who;
  /** Whoever ended it; nobody when its time was over. */
  readonly by: Pick<Who, "name"> | undefined;
  readonly reason: string | null;
}

/** What everyone is told when one person has acted alone. */
export interface ActionNotice {
  readonly runId: string;
  readonly system: string;
  readonly action: string;
  readonly sentence: string;
  readonly by: Who;
  readonly reason: string;
  readonly incidentId: string | null;
  /** Why one was enough. */
  readonly door: "policy" | "break-glass" | "standing approval";
}

/** Somebody else has looked at what one person did through break-glass. */
export interface ReviewNotice {
  readonly runId: string;
  readonly sentence: string;
  readonly by: Who;
  readonly note: string;
}

/** How the plane calls people. All write durable jobs in the given transaction and never wait for a delivery. */
export interface Pager {
  /**
   * Pages those who could approve, except who has signed; called again, with the next round, for each silence. From the
   * third round on everybody hears it.
   */
  approvalRequested(transaction: Sql, notice: ApprovalNotice): Promise<void>;
  /** Whoever was told hears that it is over; one that nobody answered, or that was refused, is told to its requester. */
  approvalEnded(transaction: Sql, end: ApprovalEnd): Promise<void>;
  /** For actions whose description pages everyone, for break-glass, and as information for standing approvals. */
  actionTaken(transaction: Sql, notice: ActionNotice): Promise<void>;
  /** Nobody is called for it any more. */
  actionReviewed(transaction: Sql, notice: ReviewNotice): Promise<void>;
  /** The audit log is not what was signed: everybody is called until somebody answers. */
  auditDisagrees(transaction: Sql, problem: { readonly code: string; readonly at: number }): Promise<void>;
}
