import type { Sql } from "@assay/platform/storage/database";
import type { Amount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import { type AccountKey, accountKeyText, availableOf, type LedgerAccount } from "./account.ts";
import { type JournalEnd, LedgerCache } from "./ledger-cache.ts";
import {
  appendStatement,
  type JournalHead,
  loadAccounts,
  loadTransfers,
  lockLedger,
  prepareRows,
} from "./ledger-store.ts";
import { assertRecordable, type TransferCommand, type TransferId, type TransferOutcome } from "./transfer.ts";
import { WorkingLedger } from "./working-ledger.ts";

export interface LedgerBatchOptions {
  readonly now: Instant;
  /** Accounts the batch will touch; more can be added with {@link LedgerBatch.load}. */
  readonly accounts: readonly AccountKey[];
  /** Ids to look up: commands that may be repeats, and pending or reversed transfers. Unlisted ids are taken to be new. */
  readonly transfers?: readonly TransferId[];
  /** Accounts kept from earlier batches of this process; any number of writers may share one. */
  readonly cache?: LedgerCache;
}

/**
 * Transfers judged in memory, in order, and written at once inside the caller's transaction. It holds the ledger's
 * advisory lock until that transaction ends.
 */
export interface LedgerBatch {
  /** Where the journal ended when the lock was taken. */
  readonly start: JournalHead;
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
  const { now, accounts, transfers = [], cache = new LedgerCache() } = options;
  const end = await lockLedger(transaction);
  cache.syncTo(end);
  const batch = new StoredLedgerBatch({ transaction, end, cache, now });
  await batch.load(accounts);
  await batch.lookUp(transfers);
  return batch;
}

interface BatchParts {
  readonly transaction: Sql;
  readonly end: JournalEnd;
  readonly cache: LedgerCache;
  readonly now: Instant;
}

class StoredLedgerBatch implements LedgerBatch {
  readonly #transaction: Sql;
  readonly #end: JournalEnd;
  readonly #cache: LedgerCache;
  readonly #working: WorkingLedger;
  readonly #lookedUp = new Set<TransferId>();
  #isFlushed = false;

  constructor({ transaction, end, cache, now }: BatchParts) {
    this.#transaction = transaction;
    this.#end = end;
    this.#cache = cache;
    this.#working = new WorkingLedger(end, now);
  }

  get start(): JournalHead {
    return this.#end;
  }

  async load(accounts: readonly AccountKey[]): Promise<void> {
    const missing = new Map<string, AccountKey>();
    for (const key of accounts)
      if (!this.#working.has(key) && !this.#addCached(key)) missing.set(accountKeyText(key), key);
    if (missing.size === 0) return;
    const { generation } = this.#cache;
    const loaded = await loadAccounts(this.#transaction, [...missing.keys()]);
    if (this.#cache.isAt(this.#end)) this.#cache.add(loaded, generation);
    for (const account of loaded) {
      this.#working.addAccount(account);
      missing.delete(account.key);
    }
    for (const key of missing.values()) this.#working.addNewAccount(key);
  }

  /** The cache may have moved on since the lock was taken: another batch of this process was prepared, in vain. */
  #addCached(key: AccountKey): boolean {
    const account = this.#cache.isAt(this.#end) ? this.#cache.get(accountKeyText(key)) : undefined;
    if (account !== undefined) this.#working.addAccount(account);
    return account !== undefined;
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
    try {
      const prepared = prepareRows(this.#end, this.#working);
      if (prepared.rows.length > 0) await this.#transaction.query(appendStatement(prepared));
      this.#cache.advance(this.#end, prepared.end, prepared.accounts);
      return prepared.end;
    } catch (error) {
      this.#cache.clear();
      throw error;
    }
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
