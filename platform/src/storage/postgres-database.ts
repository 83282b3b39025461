import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import pg from "pg";
import type { Database, PoolState, Row, Sql, TransactionOptions } from "./database.ts";
import { breaksConnection, toDatabaseFailure } from "./database-failure.ts";
import { type NoticeListener, openNoticeListener } from "./notice-listener.ts";
import type { SqlStatement } from "./sql.ts";
import { unlessServerHangs } from "./unless-server-hangs.ts";

export interface OpenDatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: { reveal(): string };
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Each connection acts as this role, so that the process cannot do what only the owner may. */
  readonly role?: string;
  readonly maxConnections?: number;
  /** How long one statement may take. The default keeps "connect, then ask" under 5 s when the server hangs. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for a connection, be it a new one or one that others are using. */
  readonly connectTimeoutMs?: number;
  /** Hears of connections that die while idle; they are replaced by themselves. */
  readonly onError?: (error: Error) => void;
}

const STATEMENT_TIMEOUT_MS = 2_800;
const CONNECT_TIMEOUT_MS = 2_000;
/** The server cancels a slow statement itself and keeps the connection; only a server that hangs meets our own limit. */
const SERVER_GRACE_MS = 150;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
/** A statement that may take longer than this is not simply waited for: the server may have fallen silent. */
const LONG_MS = 5_000;
const MAX_PREPARED_STATEMENTS = 500;

/**
 * Opens a pool of connections; nothing is sent before the first statement. A dead or hanging server makes calls throw
 * Failure `DATABASE_UNAVAILABLE` within 5 s; afterwards connections come back by themselves. Statements with values are
 * prepared once per connection. A read outside a transaction, and the start of a transaction, are sent once more when
 * their pooled connection turns out to be dead.
 */
export function openDatabase(options: OpenDatabaseOptions): Database {
  return new PostgresDatabase(options);
}

class PostgresDatabase implements Database {
  readonly #pool: pg.Pool;
  readonly #url: { reveal(): string };
  readonly #connection: pg.ClientConfig;
  readonly #statementTimeoutMs: number;
  readonly #statements = new PreparedStatements();
  readonly #onError: (error: Error) => void;
  #notices: NoticeListener | undefined;

  constructor(options: OpenDatabaseOptions) {
    this.#url = options.url;
    this.#statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
    this.#onError = options.onError ?? (() => undefined);
    this.#connection = connectionSettings(options, this.#statementTimeoutMs);
    this.#pool = new pg.Pool({
      ...this.#connection,
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 60_000,
    });
    this.#pool.on("error", this.#onError);
    // A connection that dies in use also fails its statement, which is where it is dealt with.
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
  }

  async query<R extends object = Row>(statement: SqlStatement): Promise<R[]> {
    return (await this.#once(statement)).rows as R[];
  }

  async execute(statement: SqlStatement): Promise<number> {
    return (await this.#once(statement)).rowCount ?? 0;
  }

  async transaction<T>(work: (transaction: Sql) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const client = await this.#begin(options);
    const limitMs = (options.timeoutMs ?? this.#statementTimeoutMs) + SERVER_GRACE_MS;
    const transaction = new PostgresTransaction((statement) => {
      const result = client.query({ ...this.#statements.prepare(statement), query_timeout: limitMs } as pg.QueryConfig);
      return limitMs > LONG_MS ? unlessServerHangs(result, this.#url) : result;
    });
    let value: T;
    try {
      value = await work(transaction);
      await transaction.close();
    } catch (error) {
      await transaction.close().catch(() => undefined);
      await this.#rollback(client, transaction);
      throw error;
    }
    await this.#commit(client, limitMs);
    return value;
  }

  async listen(channel: string, onNotice: (payload: string) => void, onReconnect?: () => void) {
    this.#notices ??= openNoticeListener({ connection: this.#connection, onError: this.#onError });
    return await this.#notices.listen({ channel, onNotice, onReconnect });
  }

  pool(): PoolState {
    return { size: this.#pool.totalCount, idle: this.#pool.idleCount, waiting: this.#pool.waitingCount };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#notices?.[Symbol.asyncDispose]();
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #once(statement: SqlStatement, isRetry = false): Promise<pg.QueryResult> {
    const client = await this.#connect();
    const limitMs = this.#statementTimeoutMs + SERVER_GRACE_MS;
    try {
      const result = await client.query({
        ...this.#statements.prepare(statement),
        query_timeout: limitMs,
      } as pg.QueryConfig);
      client.release();
      return result;
    } catch (error) {
      client.release(breaksConnection(error));
      if (!isRetry && isLostConnection(error) && isRead(statement)) return await this.#once(statement, true);
      throw toDatabaseFailure(error);
    }
  }

  async #begin(options: TransactionOptions, isRetry = false): Promise<pg.PoolClient> {
    const client = await this.#connect();
    try {
      const limitMs = this.#statementTimeoutMs + SERVER_GRACE_MS;
      await client.query({ text: beginStatement(options), query_timeout: limitMs } as pg.QueryConfig);
      return client;
    } catch (error) {
      client.release(true);
      if (!isRetry && isLostConnection(error)) return await this.#begin(options, true);
      throw toDatabaseFailure(error);
    }
  }

  async #commit(client: pg.PoolClient, limitMs: number): Promise<void> {
    let result: pg.QueryResult;
    try {
      result = await client.query({ text: "commit", query_timeout: limitMs } as pg.QueryConfig);
    } catch (error) {
      const isLost = breaksConnection(error);
      client.release(isLost);
      throw isLost
        ? new Failure("OUTCOME_UNKNOWN", { retryable: false, cause: error, details: { during: "commit" } })
        : toDatabaseFailure(error);
    }
    client.release();
    assert(result.command === "COMMIT", "work that goes on after a failed statement does not commit");
  }

  async #rollback(client: pg.PoolClient, transaction: PostgresTransaction): Promise<void> {
    if (transaction.isBroken) return client.release(true);
    try {
      await client.query({ text: "rollback", query_timeout: this.#statementTimeoutMs } as pg.QueryConfig);
      client.release();
    } catch {
      // The server rolls back by itself once the connection is gone.
      client.release(true);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toDatabaseFailure(error);
    }
  }
}

/** Sends one statement after the other, also when the work asks for several at once. */
class PostgresTransaction implements Sql {
  readonly #send: (statement: SqlStatement) => Promise<pg.QueryResult>;
  #last: Promise<unknown> = Promise.resolve();
  #connectionError: unknown;
  #isClosed = false;

  constructor(send: (statement: SqlStatement) => Promise<pg.QueryResult>) {
    this.#send = send;
  }

  get isBroken(): boolean {
    return this.#connectionError !== undefined;
  }

  async query<R extends object = Row>(statement: SqlStatement): Promise<R[]> {
    return (await this.#enqueue(statement)).rows as R[];
  }

  async execute(statement: SqlStatement): Promise<number> {
    return (await this.#enqueue(statement)).rowCount ?? 0;
  }

  /** Waits for what was sent. Throws when the connection was lost, even if the work swallowed that error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    if (this.#connectionError !== undefined) throw toDatabaseFailure(this.#connectionError);
  }

  #enqueue(statement: SqlStatement): Promise<pg.QueryResult> {
    assert(!this.#isClosed, "a transaction is not used after its work is done");
    const result = this.#last.then(() => this.#run(statement));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(statement: SqlStatement): Promise<pg.QueryResult> {
    if (this.#connectionError !== undefined) throw toDatabaseFailure(this.#connectionError);
    try {
      return await this.#send(statement);
    } catch (error) {
      if (breaksConnection(error)) this.#connectionError = error;
      throw toDatabaseFailure(error);
    }
  }
}

/** Names the statements that carry values, so that the server parses and plans each once per connection. */
class PreparedStatements {
  readonly #names = new Map<string, string>();

  prepare({ text, values, mustBeSingle }: SqlStatement): pg.QueryConfig {
    if (mustBeSingle) return { text, values: [...values], queryMode: "extended" } as pg.QueryConfig;
    if (values.length === 0) return { text };
    const name = this.#names.get(text) ?? this.#add(text);
    return name === undefined ? { text, values: [...values] } : { name, text, values: [...values] };
  }

  /** Texts beyond the limit go unnamed: they are generated ones that would only fill the server's memory. */
  #add(text: string): string | undefined {
    if (this.#names.size >= MAX_PREPARED_STATEMENTS) return undefined;
    const name = `assay_${this.#names.size + 1}`;
    this.#names.set(text, name);
    return name;
  }
}

function connectionSettings(options: OpenDatabaseOptions, statementTimeoutMs: number): pg.ClientConfig {
  assert(options.role === undefined || /^[a-z_][a-z0-9_]*$/.test(options.role), "a role is a plain identifier");
  const settings = [
    `statement_timeout=${statementTimeoutMs}`,
    `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
    // A statement whose client was killed ends within a second instead of holding its locks.
    "client_connection_check_interval=1000",
    ...(options.role === undefined ? [] : [`role=${options.role}`]),
  ];
  return {
    connectionString: options.url.reveal(),
    application_name: options.applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: settings.map((setting) => `-c ${setting}`).join(" "),
  };
}

function beginStatement({ isolation, readOnly, timeoutMs }: TransactionOptions): string {
  const mode = `${isolation === undefined ? "" : ` isolation level ${isolation}`}${readOnly ? " read only" : ""}`;
  if (timeoutMs === undefined) return `begin${mode}`;
  assert(
    Number.isSafeInteger(timeoutMs) && timeoutMs > 0,
    "a transaction's timeout is a positive number of milliseconds",
  );
  return `begin${mode}; set local statement_timeout = ${timeoutMs}`;
}

/** The connection was closed, as opposed to slow: what was asked over it can be asked over another. */
function isLostConnection(error: unknown): boolean {
  return breaksConnection(error) && !(error instanceof Error && error.message === "Query read timeout");
}

function isRead({ text }: SqlStatement): boolean {
  return /^\s*(select|show|values|table)\b/i.test(text) && !/\bfor\s+(update|share|no key|key)\b/i.test(text);
}
