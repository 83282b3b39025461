import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import { isUniqueViolation, sqlStateOf } from "@assay/platform/storage/sql-state";
import { Failure, isRetryable } from "@assay/primitives/failure";
import { type AccountKey, accountKeyText } from "./account.ts";
import { openLedgerBatch } from "./ledger-batch.ts";
import { LedgerCache } from "./ledger-cache.ts";
import { appendStatement, type JournalHead, loadAccounts, type PreparedRows, prepareRows } from "./ledger-store.ts";
import { assertRecordable, type TransferCommand, type TransferId, type TransferOutcome } from "./transfer.ts";
import { WorkingLedger } from "./working-ledger.ts";

export interface LedgerWriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly cache?: LedgerCache;
  /** How long a batch whose commit was cut off is asked about. */
  readonly outcomeTimeoutMs?: number;
}

type Groups = readonly (readonly TransferCommand[])[];

export interface WrittenBatch {
  readonly outcomes: readonly (readonly TransferOutcome[])[];
  readonly head: JournalHead;
}

/** The ledger, or this process's picture of it, was not as the batch had assumed. */
const JOURNAL_MOVED = "CX002";
const RETRY_PAUSE_MS = 100;
/** After a conflict another process is writing too; for so many batches ours take the lock before they read. */
const BATCHES_WITHOUT_GUESSING = 32;

/**
 * Writes groups of commands, each batch in one commit; a group of several commands is a linked chain.
 *
 * A batch is first judged by the cache and written on the condition that the journal still ends there: one statement,
 * and the next batch can be judged while this one is being committed. If the condition fails, or an id turns out to be
 * taken, nothing was written, and the batch is judged again under the ledger's lock with everything read afresh.
 */
export class LedgerWriter {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #cache: LedgerCache;
  readonly #outcomeTimeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();
  /** Settles when no batch of ours holds or wants the lock. */
  #underLock: Promise<unknown> = Promise.resolve();
  #carefulBatches = 0;

  constructor({ database, clock, cache = new LedgerCache(), outcomeTimeoutMs = 10_000 }: LedgerWriterOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#cache = cache;
    this.#outcomeTimeoutMs = outcomeTimeoutMs;
  }

  /**
   * @throws Failure `DATABASE_UNAVAILABLE` when nothing was committed, `OUTCOME_UNKNOWN` when that cannot be told in 10 s.
   */
  async write(groups: Groups): Promise<WrittenBatch> {
    for (const group of groups) for (const command of group) assertRecordable(command);
    await this.#underLock;
    if (!this.#mayGuess(groups)) return await this.#writeUnderLock(groups, undefined);
    const attempt: Attempt = {};
    try {
      return (await this.#writeGuessing(groups, attempt)) ?? (await this.#writeUnderLock(groups, undefined));
    } catch (error) {
      this.#cache.clear();
      if (isConflict(error)) {
        this.#carefulBatches = BATCHES_WITHOUT_GUESSING;
        return await this.#writeUnderLock(groups, undefined);
      }
      // The one statement commits by itself: once it was sent and the connection lost, nobody knows.
      if (isRetryable(error) && attempt.after !== undefined) {
        return await this.#writeUnderLock(groups, { error: outcomeUnknown(error), ...attempt });
      }
      throw error;
    }
  }

  #mayGuess(groups: Groups): boolean {
    this.#carefulBatches = Math.max(0, this.#carefulBatches - 1);
    if (this.#cache.end === undefined || this.#carefulBatches > 0) return false;
    // What these refer to may still be on its way into the journal.
    return groups.every((group) => group.every((it) => it.pendingId === undefined && it.reverses === undefined));
  }

  /** Nothing when every command was refused: then no write proves that the picture they were judged by is the present. */
  async #writeGuessing(groups: Groups, attempt: Attempt): Promise<WrittenBatch | undefined> {
    const known = await this.#findAccounts(groups);
    const { outcomes, prepared } = this.#judge(groups, known);
    if (prepared.rows.length === 0) return undefined;
    attempt.after = prepared.start.position;
    const statement = appendStatement(prepared, refusedIds(outcomes.flat(), prepared));
    // Sent at the same time over another connection, it might overtake the batch that it continues.
    const written = this.#last.then(() => this.#database.query(statement));
    this.#last = written.catch(() => undefined);
    await written;
    return { outcomes, head: prepared.end };
  }

  /** Reads accounts the cache does not hold; tells which do not exist. Awaits nothing when all are there. */
  async #findAccounts(groups: Groups): Promise<KnownAccounts> {
    const missing = new Set<string>();
    for (const key of keysOf(groups)) {
      const text = accountKeyText(key);
      if (this.#cache.get(text) === undefined) missing.add(text);
    }
    const { generation } = this.#cache;
    if (missing.size > 0) {
      const loaded = await loadAccounts(this.#database, [...missing]);
      this.#cache.add(loaded, generation);
      for (const account of loaded) missing.delete(account.key);
    }
    return { generation, absent: missing };
  }

  /** In one turn of the event loop, so that batches judged one after the other build on each other. */
  #judge(groups: Groups, { generation, absent }: KnownAccounts): Judged {
    const { end } = this.#cache;
    if (end === undefined || generation !== this.#cache.generation)
      throw new Failure(JOURNAL_MOVED, { retryable: true });
    const working = new WorkingLedger(end, this.#clock.now());
    for (const key of keysOf(groups)) {
      if (working.has(key)) continue;
      const account = this.#cache.get(accountKeyText(key));
      if (account !== undefined) working.addAccount(account);
      else if (absent.has(accountKeyText(key))) working.addNewAccount(key);
      else throw new Failure(JOURNAL_MOVED, { retryable: true });
    }
    const outcomes = groups.map((group) => applyGroup(working, group));
    const prepared = prepareRows(end, working);
    this.#cache.advance(end, prepared.end, prepared.accounts);
    return { outcomes, prepared };
  }

  /** One after the other, and after what was already sent: two that fight for the lock only make each other wait. */
  #writeUnderLock(groups: Groups, cutOff: CutOff | undefined): Promise<WrittenBatch> {
    const written = Promise.all([this.#underLock, this.#last]).then(() => this.#writeUntilKnown(groups, cutOff));
    this.#underLock = written.catch(() => undefined);
    return written;
  }

  /**
   * Sent again after its commit was cut off, a batch finds its own rows if that commit happened; if not, it never will,
   * since the lock is ours now. So the answer is right either way.
   */
  async #writeUntilKnown(groups: Groups, cutOff: CutOff | undefined): Promise<WrittenBatch> {
    const deadlineMs = this.#clock.monotonicMs() + this.#outcomeTimeoutMs;
    for (let unknown = cutOff; ; ) {
      const attempt: Attempt = {};
      try {
        const work = (transaction: Sql) => this.#writeLocked(transaction, groups, attempt);
        const written = await this.#database.transaction(work);
        return unknown === undefined ? written : { ...written, outcomes: asFirst(written.outcomes, unknown) };
      } catch (error) {
        if (isOutcomeUnknown(error)) unknown ??= { error, ...attempt };
        else if (!isConflict(error) && !(unknown !== undefined && isRetryable(error))) throw error;
        if (this.#clock.monotonicMs() >= deadlineMs) {
          throw unknown?.error ?? new Failure("LEDGER_CONFLICT", { retryable: true, cause: error });
        }
      }
      await this.#clock.sleep(RETRY_PAUSE_MS);
    }
  }

  async #writeLocked(transaction: Sql, groups: Groups, attempt: Attempt): Promise<WrittenBatch> {
    const batch = await openLedgerBatch(transaction, {
      now: this.#clock.now(),
      accounts: keysOf(groups),
      transfers: groups.flatMap((group) => group.flatMap(idsToLookUp)),
      cache: this.#cache,
    });
    attempt.after = batch.start.position;
    const outcomes = groups.map((group) => applyGroup(batch, group));
    return { outcomes, head: await batch.flush() };
  }
}

/** Refused commands may be repeats of accepted ones. Those of this batch itself have been looked at. */
function refusedIds(outcomes: readonly TransferOutcome[], prepared: PreparedRows): TransferId[] {
  const refused = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal.transferId]));
  if (refused.length === 0) return refused;
  const own = new Set(prepared.rows.map((row) => row.transfer.id));
  return refused.filter((id) => !own.has(id));
}

/** One try at writing a batch. */
interface Attempt {
  /** Where the journal ended before it. */
  after?: number;
}

interface CutOff extends Attempt {
  readonly error: unknown;
}

interface KnownAccounts {
  readonly generation: number;
  readonly absent: ReadonlySet<string>;
}

interface Judged {
  readonly outcomes: readonly (readonly TransferOutcome[])[];
  readonly prepared: PreparedRows;
}

function keysOf(groups: Groups): AccountKey[] {
  return groups.flatMap((group) => group.flatMap(({ debit, credit }) => [debit, credit]));
}

function idsToLookUp({ id, pendingId, reverses }: TransferCommand): TransferId[] {
  return [id, pendingId, reverses].filter((it) => it !== undefined);
}

interface Judge {
  apply(command: TransferCommand): TransferOutcome;
  applyLinked(commands: readonly TransferCommand[]): readonly TransferOutcome[];
}

function applyGroup(judge: Judge, group: readonly TransferCommand[]): readonly TransferOutcome[] {
  return group.length === 1 ? [judge.apply(group[0]!)] : judge.applyLinked(group);
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof Failure && error.code === "OUTCOME_UNKNOWN";
}

function outcomeUnknown(cause: unknown): Failure {
  return new Failure("OUTCOME_UNKNOWN", { retryable: false, cause, details: { during: "ledger_append" } });
}

function isConflict(error: unknown): boolean {
  if (error instanceof Failure) return error.code === JOURNAL_MOVED;
  return sqlStateOf(error) === JOURNAL_MOVED || isUniqueViolation(error);
}

/** Rows that the cut-off attempt may have left are the caller's first, since nobody was answered; older ones are not. */
function asFirst(outcomes: WrittenBatch["outcomes"], { after = 0 }: CutOff): WrittenBatch["outcomes"] {
  return outcomes.map((group) =>
    group.map((outcome) => (outcome.ok && outcome.value.sequence > after ? { ...outcome, replayed: false } : outcome)),
  );
}
