import type { Sql } from "@assay/platform/storage/database";
import type { Amount } from "@assay/primitives/amount";
import type { Instant } from "@assay/primitives/instant";
import type { AccountKey, LedgerAccount } from "./account.ts";
import type { TransferCommand, TransferId, TransferOutcome } from "./transfer.ts";

/** Where the journal ends: the sequence of its last row (0 when empty) and that row's hash. */
export interface JournalHead {
  readonly position: number;
  readonly hash: Uint8Array;
}

export interface LedgerBatchOptions {
  readonly now: Instant;
  /** Accounts the batch will touch; more can be added with {@link LedgerBatch.load}. */
  readonly accounts: readonly AccountKey[];
  /** Ids to look up: commands that may be repeats, and pending or reversed transfers. Unlisted ids are taken to be new. */
  readonly transfers?: readonly TransferId[];
}

/**
 * Transfers judged in memory, in order, and written at once inside the caller's transaction. It holds the ledger's
 * advisory lock until that transaction ends.
 */
export interface LedgerBatch {
  /** Loads accounts that were not named at the start; those already there are left as they are. */
  load(accounts: readonly AccountKey[]): Promise<void>;
  /** @throws AssertionError when an account was not loaded. */
  apply(command: TransferCommand): TransferOutcome;
  /** All or none; every command but the one at fault is refused with `LINKED_EVENT_FAILED`. */
  applyLinked(commands: readonly TransferCommand[]): readonly TransferOutcome[];
  available(key: AccountKey): Amount;
  account(key: AccountKey): LedgerAccount;
  /** Writes rows, balances and the outbox notice. Call once, last. */
  flush(): Promise<JournalHead>;
}

/** Takes the advisory lock `coinhubx.ledger` and loads what the batch needs; `transaction` must be READ COMMITTED. */
export function openLedgerBatch(_transaction: Sql, _options: LedgerBatchOptions): Promise<LedgerBatch> {
  throw new Error("not written yet");
}
