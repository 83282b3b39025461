import type { Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { AuditActor, AuditEntry } from "./audit-entry.ts";

/** Where an entry stands: its leaf index in the Merkle tree, from 0, and when it was recorded. */
export interface AuditReceipt {
  readonly sequence: number;
  readonly at: Instant;
}

export interface RecordedEntry {
  readonly sequence: number;
  readonly at: string;
  readonly actor: AuditActor;
  readonly action: string;
  readonly target: string;
  readonly details: JsonObject;
  readonly incidentId: string | null;
}

export interface SignedCheckpoint {
  readonly size: number;
  /** Lower-case hex. */
  readonly root: string;
  readonly madeAt: Instant;
  /** C2SP signed note. */
  readonly note: string;
}

export interface AuditQuery {
  /** Entries before this sequence; the newest when absent. */
  readonly before?: number;
  readonly limit: number;
  readonly text?: string;
  readonly incidentId?: string;
}

/** What every module of the plane needs of the audit log. */
export interface AuditLog {
  /**
   * Inside `transaction`, the entry stands or falls with it; append as the last statement, since the log is locked until
   * the commit. Without one, it is committed with others before this resolves.
   * @throws Failure when it could not be written.
   */
  append(transaction: Sql | undefined, entry: AuditEntry): Promise<AuditReceipt>;
  /**
   * For what cannot be taken back: commits the entry and signs a checkpoint over it, so that the intent is outside the
   * database before anything happens.
   * @throws Failure `AUDIT_UNAVAILABLE` (retryable): the caller must not act.
   */
  appendBeforeAct(entry: AuditEntry): Promise<AuditReceipt>;
}

/** The log as its own routes and the process that owns it see it. */
export interface Audit extends AuditLog, AsyncDisposable {
  /** Signs the tree as it stands; the last one again when nothing was added since. */
  checkpoint(): Promise<SignedCheckpoint>;
  /** Newest first. */
  list(query: AuditQuery): Promise<readonly RecordedEntry[]>;
  /** Whether an entry with exactly this action was recorded at or after `since`. */
  wasRecorded(action: string, since: Instant): Promise<boolean>;
  /** The export bundle of entries `from` ≤ sequence < `to`, in pieces of text. */
  exportBundle(range: { readonly from?: number; readonly to?: number }): AsyncIterable<string>;
  /** Verifier key of the checkpoints (C2SP `name+hash+base64`). */
  readonly verifierKey: string;
}
