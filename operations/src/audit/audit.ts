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

/** Which entries are meant; all that is given must hold. */
export interface AuditFilter {
  /** Text anywhere in the entry, whatever its case. */
  readonly text?: string | undefined;
  readonly incidentId?: string | undefined;
  /** Beginning of the action, as in `coinhubx.trading`. */
  readonly action?: string | undefined;
  /** Id of who did it. */
  readonly actorId?: string | undefined;
  readonly target?: string | undefined;
  /** Recorded at or after, and before. */
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

export interface AuditQuery extends AuditFilter {
  /** Entries before this sequence; the newest when absent. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface ExportWish {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Entries that do not match stand in the bundle with their hash alone. */
  readonly filter?: AuditFilter | undefined;
  /** Size of an earlier checkpoint: the bundle then proves that the log only grew since. */
  readonly since?: number | undefined;
}

/** That the tree of `from` entries is a beginning of the tree of `to` (RFC 6962 §2.1.2). */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Why the log is not to be believed: nothing dangerous is done while there is one. */
export interface AuditProblem {
  readonly code: string;
  /** Where the table and what was signed part. */
  readonly at: number;
  readonly since: Instant;
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
  exportBundle(wish: ExportWish): AsyncIterable<string>;
  /** @throws AssertionError unless 0 ≤ `from` ≤ `to` ≤ the size of the log. */
  consistency(from: number, to: number): Promise<ConsistencyProof>;
  /** Undefined while the table is what was signed. */
  readonly problem: AuditProblem | undefined;
  /** Takes payloads of entries recorded before then, some at a time; resolves to the first sequence that has one. */
  prune(before: Instant, most?: number): Promise<{ readonly prunedTo: number; readonly isDone: boolean }>;
  /** Verifier key of the checkpoints (C2SP `name+hash+base64`). */
  readonly verifierKey: string;
}
