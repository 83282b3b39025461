import type { Clock } from "@assay/platform/clock/clock";
import { DURATION_BUCKETS_MS, type Metrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { HOUR_MS, toInstant } from "@assay/primitives/instant";
import { type AccountKey, accountKeyText, type Balances, type LedgerAccount } from "./account.ts";
import { type BalanceQuery, readBalanceAt } from "./balance-at.ts";
import { expireOverdue } from "./expire-overdue.ts";
import { GroupCommit } from "./group-commit.ts";
import type { LedgerCache } from "./ledger-cache.ts";
import { readTransfer, readTransfers, type TransferQuery } from "./ledger-reads.ts";
import { type JournalHead, loadAccounts } from "./ledger-store.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import type { LedgerTransfer, TransferCommand, TransferId, TransferOutcome } from "./transfer.ts";
import { type JournalVerdict, verifyLedger } from "./verify-journal.ts";

export interface LedgerOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics?: Metrics;
  /** Shared with the other writers of this process, so that they need not read what this one has just written. */
  readonly cache?: LedgerCache;
  readonly maxBatchCommands?: number;
  readonly maxBatchWaitMs?: number;
  readonly maxQueued?: number;
}

/** The double-entry ledger: one journal, one writer at a time, whichever process it is in. */
export interface Ledger extends AsyncDisposable {
  /**
   * One command, or several that succeed or fail together. Resolves after the commit that holds them.
   * @throws Failure `OVERLOADED`, `DATABASE_UNAVAILABLE` (both retryable, nothing moved) or `OUTCOME_UNKNOWN`: ask again
   *   with the same ids.
   */
  post(commands: readonly TransferCommand[]): Promise<readonly TransferOutcome[]>;
  /** Ends pending transfers whose timeout has passed; the number ended. They cannot be posted meanwhile. */
  expireOverdue(): Promise<number>;
  account(key: AccountKey): Promise<LedgerAccount | undefined>;
  balance(key: AccountKey, query?: BalanceQuery): Promise<Balances>;
  transfer(id: TransferId): Promise<LedgerTransfer | undefined>;
  /** An account's transfers, newest first. */
  transfers(query: TransferQuery): Promise<LedgerTransfer[]>;
  /** Stops, or resumes, all transfers on an account; voids and expiries of what it holds still work. */
  setClosed(key: AccountKey, closed: boolean): Promise<boolean>;
  verify(options: { readonly from: "first" | "last_verified" }): Promise<JournalVerdict>;
  /** Where the journal ended at the last commit of this process; undefined before the first. */
  position(): number | undefined;
}

export function createLedger(options: LedgerOptions): Ledger {
  return new StoredLedger(options);
}

class StoredLedger implements Ledger {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #queue: GroupCommit<TransferCommand, TransferOutcome>;
  readonly #writer: LedgerWriter;
  readonly #record: (batch: CommittedBatch) => void;
  #head: JournalHead | undefined;
  #sweptUntil = toInstant(0);

  constructor(options: LedgerOptions) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#record = options.metrics === undefined ? () => undefined : createRecorder(options.metrics);
    this.#writer = new LedgerWriter(options);
    this.#queue = new GroupCommit({
      clock: options.clock,
      maxInFlight: 2,
      commit: (groups) => this.#commit(groups),
      ...(options.maxBatchCommands === undefined ? {} : { maxCommands: options.maxBatchCommands }),
      ...(options.maxBatchWaitMs === undefined ? {} : { maxWaitMs: options.maxBatchWaitMs }),
      ...(options.maxQueued === undefined ? {} : { maxQueued: options.maxQueued }),
    });
  }

  post(commands: readonly TransferCommand[]): Promise<readonly TransferOutcome[]> {
    return this.#queue.submit(commands);
  }

  async #commit(groups: readonly (readonly TransferCommand[])[]): Promise<readonly (readonly TransferOutcome[])[]> {
    const startedMs = this.#clock.monotonicMs();
    const { outcomes, head } = await this.#writer.write(groups);
    const durationMs = this.#clock.monotonicMs() - startedMs;
    this.#head = head;
    this.#record({ outcomes, durationMs });
    return outcomes;
  }

  async expireOverdue(): Promise<number> {
    const startedAt = this.#clock.now();
    const expired = await expireOverdue(this.#database, this.#clock, this.#sweptUntil);
    // Other processes' clocks may be behind ours, so the last hour is looked at again.
    this.#sweptUntil = toInstant(Math.max(0, startedAt - HOUR_MS));
    return expired;
  }

  async account(key: AccountKey): Promise<LedgerAccount | undefined> {
    const [account] = await loadAccounts(this.#database, [accountKeyText(key)]);
    return account;
  }

  balance(key: AccountKey, query: BalanceQuery = {}): Promise<Balances> {
    return readBalanceAt(this.#database, key, query);
  }

  transfer(id: TransferId): Promise<LedgerTransfer | undefined> {
    return readTransfer(this.#database, id);
  }

  transfers(query: TransferQuery): Promise<LedgerTransfer[]> {
    return readTransfers(this.#database, query);
  }

  async setClosed(key: AccountKey, closed: boolean): Promise<boolean> {
    const account = await this.account(key);
    if (account === undefined) return false;
    const [row] = await this.#database.query<{ done: boolean }>(
      sql`select ledger_set_closed(${account.id}, ${closed}) as done`,
    );
    return row?.done ?? false;
  }

  verify(options: { readonly from: "first" | "last_verified" }): Promise<JournalVerdict> {
    return verifyLedger(this.#database, options);
  }

  position(): number | undefined {
    return this.#head?.position;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
  }
}

interface CommittedBatch {
  readonly outcomes: readonly (readonly TransferOutcome[])[];
  readonly durationMs: number;
}

const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

function createRecorder(metrics: Metrics): (batch: CommittedBatch) => void {
  const commit = metrics.histogram({
    name: "ledger_commit_ms",
    help: "Time to judge and commit one batch of the ledger.",
    buckets: DURATION_BUCKETS_MS,
  });
  const commands = metrics.histogram({
    name: "ledger_batch_commands",
    help: "Commands in one batch of the ledger.",
    buckets: BATCH_BUCKETS,
  });
  return ({ outcomes, durationMs }) => {
    commit.observe(durationMs);
    commands.observe(outcomes.flat().length);
  };
}
