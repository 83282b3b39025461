import type { SqlStatement } from "./sql.ts";

/** A row as the driver gives it: `numeric` and `bigint` as decimal strings, `bytea` as Buffer, `timestamptz` as Date, `jsonb` parsed. */
export type Row = Record<string, unknown>;

/** Something statements can be sent to: the pool, or one transaction. */
export interface Sql {
  /** @throws Failure `DATABASE_UNAVAILABLE` (retryable) when the connection fails or the statement outlives its timeout. */
  query<R extends object = Row>(statement: SqlStatement): Promise<R[]>;
  /** The number of rows changed. */
  execute(statement: SqlStatement): Promise<number>;
}

export interface TransactionOptions {
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  readonly readOnly?: boolean;
  readonly timeoutMs?: number;
}

export interface PoolState {
  readonly size: number;
  readonly idle: number;
  readonly waiting: number;
}

/**
 * A PostgreSQL database. `transaction` commits when `work` resolves and rolls back when it throws; work that returns a
 * refusal and must change nothing throws or changes nothing itself. A connection lost during COMMIT throws Failure
 * `OUTCOME_UNKNOWN` (not retryable): the caller looks the result up.
 */
export interface Database extends Sql, AsyncDisposable {
  transaction<T>(work: (transaction: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Listens on a channel over a connection of its own that reconnects; `onReconnect` runs after each gap. */
  listen(channel: string, onNotice: (payload: string) => void, onReconnect?: () => void): Promise<AsyncDisposable>;
  pool(): PoolState;
}
