import type { Sql } from "@assay/platform/storage/database";
import type { Amount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { type AccountKey, accountKeyText, availableOf, type LedgerAccount } from "./account.ts";
import { appendRows, type JournalHead, loadAccounts, loadTransfers, lockLedger } from "./ledger-store.ts";
import { assertRecordable, type TransferCommand, type TransferId, type TransferOutcome } from "./transfer.ts";
import { WorkingLedger } from "./working-ledger.ts";

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
  /** Gives back what an overdue pending transfer holds; it and its accounts must have been loaded. */
  expire(pendingId: TransferId): TransferOutcome;
  available(key: AccountKey): Amount;
  account(key: AccountKey): LedgerAccount;
  /** Writes rows, balances and the outbox notice, and returns where the journal ends. Call once, last. */
  flush(): Promise<JournalHead>;
}

/**
 * Takes the advisory lock `coinhubx.ledger` and loads what the batch needs. `transaction` must be READ COMMITTED, so
 * that what is read after the lock is what the last holder left.
 */
export async function openLedgerBatch(transaction: Sql, options: LedgerBatchOptions): Promise<LedgerBatch> {
  const tail = await lockLedger(transaction);
  const working = new WorkingLedger(tail, options.now);
  const batch = new StoredLedgerBatch(transaction, tail, working);
  await batch.load(options.accounts);
  await batch.lookUp(options.transfers ?? []);
  return batch;
}

class StoredLedgerBatch implements LedgerBatch {
  readonly #transaction: Sql;
  readonly #head: JournalHead;
  readonly #working: WorkingLedger;
  readonly #lookedUp = new Set<TransferId>();
  #isFlushed = false;

  constructor(transaction: Sql, head: JournalHead, working: WorkingLedger) {
    this.#transaction = transaction;
    this.#head = head;
    this.#working = working;
  }

  async load(accounts: readonly AccountKey[]): Promise<void> {
    const missing = new Map<string, AccountKey>();
    for (const key of accounts) if (!this.#working.has(key)) missing.set(accountKeyText(key), key);
    if (missing.size === 0) return;
    for (const account of await loadAccounts(this.#transaction, [...missing.keys()])) {
      this.#working.addAccount(account);
      missing.delete(accountKeyText(account));
    }
    for (const key of missing.values()) this.#working.addNewAccount(key);
  }

  async lookUp(ids: readonly TransferId[]): Promise<void> {
    const missing = ids.filter((id) => !this.#lookedUp.has(id));
    if (missing.length === 0) return;
    await loadTransfers(this.#transaction, this.#working, missing);
    for (const id of missing) this.#lookedUp.add(id);
  }

  apply(command: TransferCommand): TransferOutcome {
    this.#assertLoaded(command);
    return this.#working.apply(command);
  }

  applyLinked(commands: readonly TransferCommand[]): readonly TransferOutcome[] {
    for (const command of commands) this.#assertLoaded(command);
    return this.#working.applyLinked(commands);
  }

  expire(pendingId: TransferId): TransferOutcome {
    const pending = this.#working.transfer(pendingId);
    assert(pending !== undefined, `${pendingId} was looked up`);
    return this.#working.expire(pending);
  }

  available(key: AccountKey): Amount {
    return availableOf(this.account(key));
  }

  account(key: AccountKey): LedgerAccount {
    const account = this.#working.account(key);
    assert(account !== undefined, `${accountKeyText(key)} was loaded`);
    return account;
  }

  async flush(): Promise<JournalHead> {
    assert(!this.#isFlushed, "a batch is written once");
    this.#isFlushed = true;
    return await appendRows(this.#transaction, this.#head, this.#working);
  }

  #assertLoaded(command: TransferCommand): void {
    assert(!this.#isFlushed, "a written batch takes no more commands");
    assertRecordable(command);
    for (const key of [command.debit, command.credit]) {
      assert(this.#working.has(key), `${accountKeyText(key)} was loaded`);
    }
    for (const id of [command.pendingId, command.reverses]) {
      const isKnown = id === undefined || this.#lookedUp.has(id) || this.#working.transfer(id) !== undefined;
      assert(isKnown, `${id} was looked up`);
    }
  }
}
