import type { Database, PoolState, Row, Sql, TransactionOptions } from "@assay/platform/storage/database";
import type { SqlStatement } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";

/**
 * `cut`: the connection is lost before the statement reaches the server, be it the commit or any other.
 * `lost_reply`: the server does it, but nobody hears of it.
 */
export type DatabaseFault = "cut" | "lost_reply";

/** A database whose connection breaks at a chosen statement, as one of our own would: same errors, same uncertainty. */
export class FaultyDatabase implements Database {
  readonly #inner: Database;
  #fault: { readonly kind: DatabaseFault; left: number } | undefined;
  #blocked: string | undefined;
  #isDead = false;
  /** Faults that happened. */
  faults = 0;

  constructor(inner: Database) {
    this.#inner = inner;
  }

  /** The statement after `skip` more of them fails; a transaction's commit counts as one. */
  arm(kind: DatabaseFault, skip: number): void {
    this.#fault = { kind, left: skip };
  }

  disarm(): void {
    this.#fault = undefined;
  }

  /** Statements that name it fail until {@link unblock}. */
  block(text: string): void {
    this.#blocked = text;
  }

  unblock(): void {
    this.#blocked = undefined;
  }

  /** The process behind it is gone: nothing is sent any more. */
  kill(): void {
    this.#isDead = true;
  }

  query<R extends object = Row>(statement: SqlStatement): Promise<R[]> {
    return this.#send(statement, () => this.#inner.query<R>(statement));
  }

  execute(statement: SqlStatement): Promise<number> {
    return this.#send(statement, () => this.#inner.execute(statement));
  }

  async #send<T>(statement: SqlStatement, send: () => Promise<T>): Promise<T> {
    const fault = this.#next(statement);
    if (fault === "cut") throw unavailable();
    const reply = await send();
    if (fault === "lost_reply" || this.#isDead) throw unavailable();
    return reply;
  }

  async transaction<T>(work: (transaction: Sql) => Promise<T>, options?: TransactionOptions): Promise<T> {
    if (this.#isDead) throw unavailable();
    let commitFault: DatabaseFault | undefined;
    let value: T;
    try {
      value = await this.#inner.transaction(async (transaction) => {
        const result = await work(new FaultySql(transaction, (statement) => this.#next(statement)));
        commitFault = this.#next();
        if (commitFault === "cut") throw new Rollback();
        return result;
      }, options);
    } catch (error) {
      throw error instanceof Rollback ? outcomeUnknown() : error;
    }
    if (commitFault === "lost_reply") throw outcomeUnknown();
    return value;
  }

  listen(channel: string, onNotice: (payload: string) => void, onReconnect?: () => void): Promise<AsyncDisposable> {
    return this.#inner.listen(channel, onNotice, onReconnect);
  }

  pool(): PoolState {
    return this.#inner.pool();
  }

  /** The inner database belongs to whoever opened it. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #next(statement?: SqlStatement): DatabaseFault | undefined {
    if (this.#isDead) return "cut";
    if (this.#blocked !== undefined && statement?.text.includes(this.#blocked)) return "cut";
    if (this.#fault === undefined) return undefined;
    if (this.#fault.left > 0) {
      this.#fault.left -= 1;
      return undefined;
    }
    const { kind } = this.#fault;
    this.#fault = undefined;
    this.faults += 1;
    return kind;
  }
}

/** Once cut, a transaction's connection is gone for good. */
class FaultySql implements Sql {
  readonly #inner: Sql;
  readonly #next: (statement: SqlStatement) => DatabaseFault | undefined;
  #isCut = false;

  constructor(inner: Sql, next: (statement: SqlStatement) => DatabaseFault | undefined) {
    this.#inner = inner;
    this.#next = next;
  }

  query<R extends object = Row>(statement: SqlStatement): Promise<R[]> {
    return this.#send(statement, () => this.#inner.query<R>(statement));
  }

  execute(statement: SqlStatement): Promise<number> {
    return this.#send(statement, () => this.#inner.execute(statement));
  }

  async #send<T>(statement: SqlStatement, send: () => Promise<T>): Promise<T> {
    // Within a transaction it makes no difference whether the statement arrived: all of it is rolled back.
    this.#isCut ||= this.#next(statement) !== undefined;
    if (this.#isCut) throw unavailable();
    return await send();
  }
}

class Rollback extends Error {}

function unavailable(): Failure {
  return new Failure("DATABASE_UNAVAILABLE", { retryable: true, details: { reason: "simulated" } });
}

function outcomeUnknown(): Failure {
  return new Failure("OUTCOME_UNKNOWN", { retryable: false, details: { reason: "simulated" } });
}
