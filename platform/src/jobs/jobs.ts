import { assert } from "@assay/primitives/assert";
import { isRetryable } from "@assay/primitives/failure";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { type Job, PgBoss, type Db as PgBossDb } from "pg-boss";
import type { Secret } from "../config/secret.ts";
import type { Logger } from "../logging/logger.ts";
import type { Sql } from "../storage/database.ts";
import { toDatabaseFailure } from "../storage/database-failure.ts";
import { fragment, type SqlStatement, sql } from "../storage/sql.ts";

export interface QueueOptions {
  /** Further tries after the first, for retryable failures only; default 3. */
  readonly retryLimit?: number;
  /** Before the first further try; doubled each time, with jitter. Default 2. */
  readonly retryDelayS?: number;
  /** How long one try may take before it counts as failed; default 900. */
  readonly expireInS?: number;
  /** How many jobs of this queue a process works on at once; default 1. */
  readonly concurrency?: number;
  /** How often a process looks for due jobs; default 1, at least 0.5. */
  readonly pollS?: number;
  /** Only one waiting job for each `singletonKey`, and one without a key. Fixed when the queue is first made. */
  readonly unique?: boolean;
}

export interface SendOptions {
  /** Enqueues in this transaction: the job exists if and only if it commits. */
  readonly transaction?: Sql;
  /** In a `unique` queue: while a job with this key is waiting, another is not enqueued. */
  readonly singletonKey?: string;
  readonly startAfterMs?: number;
  /** The caller takes it back on purpose, to see whether jobs are taken; `onSent` does not hear of it. */
  readonly isTrial?: boolean;
}

export interface RunningJob {
  readonly id: string;
  readonly queue: string;
  readonly startedAt: Date;
}

export interface DeadJob {
  readonly id: string;
  readonly queue: string;
  readonly data: JsonObject;
  /** Code or message of the last failure. */
  readonly error: string;
  readonly createdAt: Date;
  /** The last try; unknown once the queue has forgotten it, after a week. */
  readonly startedAt: Date | undefined;
  readonly retries: number;
  readonly maxRetries: number;
}

export interface QueueCounts {
  readonly queue: string;
  /** Due and not running. */
  readonly due: number;
  readonly active: number;
  readonly dead: number;
  readonly paused: boolean;
}

export type JobHandler<T extends JsonObject> = (
  data: T,
  job: { readonly id: string; readonly signal: AbortSignal },
) => Promise<void>;

/**
 * Durable work with retries, dead letters and schedules (pg-boss). Handlers must be idempotent: a try may be repeated.
 * Everything here throws Failure `DATABASE_UNAVAILABLE` (retryable) when the database does not answer within 5 s.
 */
export interface Jobs extends AsyncDisposable {
  /** Before `start`: this process works on the queue. */
  define<T extends JsonObject>(queue: string, options: QueueOptions, handler: JobHandler<T>): void;
  /** Before `start`: this process only sends to the queue and counts it; others work on it. */
  declare(queue: string, options: QueueOptions): void;
  start(): Promise<void>;
  /** The job's id, or undefined when a waiting job has the same `singletonKey`. */
  send(queue: string, data: JsonObject, options?: SendOptions): Promise<string | undefined>;
  /** `cron` has five fields; `timeZone` is an IANA name. */
  schedule(
    queue: string,
    cron: string,
    options: { readonly timeZone: string; readonly data?: JsonObject },
  ): Promise<void>;
  deadJobs(limit: number): Promise<DeadJob[]>;
  /** Puts a dead job back into its queue; false when it is not dead (any more). */
  retry(jobId: string): Promise<boolean>;
  /** Removes a dead job for good; false when it is not dead (any more). */
  discard(jobId: string): Promise<boolean>;
  counts(): Promise<QueueCounts[]>;
  /** Jobs that began more than `ms` ago and have not ended, oldest first. */
  runningLongerThan(ms: number, limit: number): Promise<RunningJob[]>;
  /** This process takes no further job of the queue until `resume`; running ones end. */
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;
}

export interface CreateJobsOptions {
  /** Login that may create the schema. */
  readonly url: Secret<string>;
  readonly schema: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
  /** Hears of each job that `send` has put into a queue; a transaction around it may still be rolled back. */
  readonly onSent?: (queue: string) => void;
}

const DEAD = ".dead";
const KEEP_DEAD_S = 3_650 * 24 * 3_600;
const KEEP_DONE_S = 7 * 24 * 3_600;
const STOP_TIMEOUT_MS = 8_000;
const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 5_000;

interface DeadRow {
  readonly id: string;
  readonly name: string;
  readonly data: JsonObject;
  readonly source_output: JsonValue;
  readonly created_on: Date;
  readonly started_on: Date | null;
  readonly retries: number;
}

interface Definition {
  readonly options: Required<QueueOptions>;
  readonly handler: JobHandler<JsonObject> | undefined;
}

export function createJobs(options: CreateJobsOptions): Jobs {
  return new PgBossJobs(options);
}

class PgBossJobs implements Jobs {
  readonly #boss: PgBoss;
  readonly #schema: SqlStatement;
  readonly #logger: Logger;
  readonly #onSent: CreateJobsOptions["onSent"];
  readonly #definitions = new Map<string, Definition>();
  readonly #paused = new Set<string>();

  constructor({ url, schema, logger, maxConnections = 2, onSent }: CreateJobsOptions) {
    assert(/^[a-z_]+$/.test(schema), "a schema name is lower-case letters");
    this.#schema = fragment([schema] as unknown as TemplateStringsArray);
    this.#logger = logger;
    this.#onSent = onSent;
    // The driver's own limit, which pg-boss passes on unnamed: a server that hangs must not hang its callers.
    const limits = { connectionTimeoutMillis: CONNECT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS };
    const connectionString = url.reveal();
    this.#boss = new PgBoss({
      connectionString,
      schema,
      max: maxConnections,
      application_name: `jobs ${schema}`,
      ...limits,
    });
    this.#boss.on("error", (error) => logger.warn({ error: String(error) }, "The job queue has trouble"));
  }

  define<T extends JsonObject>(queue: string, options: QueueOptions, handler: JobHandler<T>): void {
    this.#add(queue, options, handler as JobHandler<JsonObject>);
  }

  declare(queue: string, options: QueueOptions): void {
    this.#add(queue, options, undefined);
  }

  #add(queue: string, options: QueueOptions, handler: JobHandler<JsonObject> | undefined): void {
    assert(!this.#definitions.has(queue), `queue ${queue} is defined once`);
    const defaults = { retryLimit: 3, retryDelayS: 2, expireInS: 900, concurrency: 1, pollS: 1, unique: false };
    this.#definitions.set(queue, { options: { ...defaults, ...options }, handler });
  }

  async start(): Promise<void> {
    await reach(() => this.#boss.start());
    for (const [queue, definition] of this.#definitions) {
      await reach(() => this.#createQueue(queue, definition.options));
      if (definition.handler !== undefined) await this.resume(queue);
    }
  }

  async #createQueue(queue: string, options: Required<QueueOptions>): Promise<void> {
    await this.#boss.createQueue(queue + DEAD, { retentionSeconds: KEEP_DEAD_S, retryLimit: 0 });
    const settings = {
      deadLetter: queue + DEAD,
      retryLimit: options.retryLimit,
      retryDelay: options.retryDelayS,
      retryBackoff: true,
      expireInSeconds: options.expireInS,
      deleteAfterSeconds: KEEP_DONE_S,
    };
    await this.#boss.createQueue(queue, { ...settings, policy: options.unique ? "short" : "standard" });
    await this.#boss.updateQueue(queue, settings);
  }

  async send(queue: string, data: JsonObject, options: SendOptions = {}): Promise<string | undefined> {
    assert(this.#definitions.has(queue), `queue ${queue} is defined or declared`);
    const settings = {
      ...(options.singletonKey === undefined ? {} : { singletonKey: options.singletonKey }),
      ...(options.startAfterMs === undefined ? {} : { startAfter: Math.ceil(options.startAfterMs / 1_000) }),
      ...(options.transaction === undefined ? {} : { db: adapt(options.transaction) }),
    };
    const id = (await reach(() => this.#boss.send(queue, data, settings))) ?? undefined;
    if (id !== undefined && options.isTrial !== true) this.#onSent?.(queue);
    return id;
  }

  async schedule(
    queue: string,
    cron: string,
    { timeZone, data = {} }: { readonly timeZone: string; readonly data?: JsonObject },
  ): Promise<void> {
    await reach(() => this.#boss.schedule(queue, cron, data, { tz: timeZone }));
  }

  async deadJobs(limit: number): Promise<DeadJob[]> {
    const rows = await this.#query<DeadRow>(sql`
      select dead.id, dead.name, dead.data, dead.source_output, coalesce(dead.source_created_on, dead.created_on) as created_on,
        coalesce(dead.source_retry_count, 0) as retries, source.started_on
      from ${this.#schema}.job dead
      left join ${this.#schema}.job source on source.name = dead.source_name and source.id = dead.source_id
      where dead.name like ${`%${DEAD}`} and dead.state = 'created' order by dead.created_on desc limit ${limit}`);
    return rows.map((row) => {
      const queue = row.name.slice(0, -DEAD.length);
      return {
        id: row.id,
        queue,
        data: row.data,
        error: errorText(row.source_output),
        createdAt: row.created_on,
        startedAt: row.started_on ?? undefined,
        retries: row.retries,
        maxRetries: this.#definitions.get(queue)?.options.retryLimit ?? row.retries,
      };
    });
  }

  async retry(jobId: string): Promise<boolean> {
    const queue = await this.#deadQueueOf(jobId);
    if (queue === undefined) return false;
    return (await reach(() => this.#boss.redrive(queue, { ids: [jobId] }))) > 0;
  }

  async discard(jobId: string): Promise<boolean> {
    const queue = await this.#deadQueueOf(jobId);
    if (queue === undefined) return false;
    await reach(() => this.#boss.deleteJob(queue, jobId));
    return true;
  }

  async #deadQueueOf(jobId: string): Promise<string | undefined> {
    const rows = await this.#query<{ name: string }>(sql`
      select name from ${this.#schema}.job where id::text = ${jobId} and name like ${`%${DEAD}`} and state = 'created'`);
    return rows[0]?.name;
  }

  async counts(): Promise<QueueCounts[]> {
    const rows = await this.#query<{ name: string; due: string; active: string }>(sql`
      select name, count(*) filter (where state in ('created', 'retry') and start_after <= now()) as due,
        count(*) filter (where state = 'active') as active
      from ${this.#schema}.job where state in ('created', 'retry', 'active') group by name`);
    const byName = new Map(rows.map((row) => [row.name, row]));
    return [...this.#definitions.keys()].map((queue) => ({
      queue,
      due: Number(byName.get(queue)?.due ?? 0),
      active: Number(byName.get(queue)?.active ?? 0),
      dead: Number(byName.get(queue + DEAD)?.due ?? 0),
      paused: this.#paused.has(queue),
    }));
  }

  async runningLongerThan(ms: number, limit: number): Promise<RunningJob[]> {
    const rows = await this.#query<{ id: string; name: string; started_on: Date }>(sql`
      select id, name, started_on from ${this.#schema}.job
      where state = 'active' and started_on < now() - ${ms} * interval '1 ms' order by started_on limit ${limit}`);
    return rows.map(({ id, name, started_on }) => ({ id, queue: name, startedAt: started_on }));
  }

  async pause(queue: string): Promise<void> {
    this.#paused.add(queue);
    await this.#boss.offWork(queue);
  }

  async resume(queue: string): Promise<void> {
    const { options: settings, handler } = this.#definitions.get(queue) ?? {};
    assert(settings !== undefined && handler !== undefined, `this process works on queue ${queue}`);
    this.#paused.delete(queue);
    const { pollS, concurrency } = settings;
    const options = { pollingIntervalSeconds: pollS, localConcurrency: concurrency };
    await this.#boss.work<JsonObject>(queue, options, async ([job]) => this.#run(queue, handler, job!));
  }

  async #run(queue: string, handler: JobHandler<JsonObject>, job: Job<JsonObject>): Promise<void> {
    try {
      await handler(job.data, { id: job.id, signal: job.signal });
    } catch (error) {
      const retryable = isRetryable(error);
      this.#logger.warn({ queue, job_id: job.id, retryable, error: String(error) }, "A job failed");
      // What will not succeed later goes to the dead letters at once.
      if (!retryable)
        await this.#query(
          sql`update ${this.#schema}.job set retry_limit = retry_count where name = ${queue} and id::text = ${job.id}`,
        );
      throw error;
    }
  }

  async #query<R>(statement: SqlStatement): Promise<R[]> {
    const { rows } = await reach(() => this.#boss.getDb().executeSql(statement.text, [...statement.values]));
    return rows as R[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
  }
}

async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDatabaseFailure(error);
  }
}

function adapt(transaction: Sql): PgBossDb {
  return {
    executeSql: async (text, values = []) => ({ rows: await transaction.query({ text, values }) }),
  };
}

function errorText(output: JsonValue): string {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return String(output ?? "unknown");
  const { code, message } = output as { code?: JsonValue; message?: JsonValue };
  return String(code ?? message ?? JSON.stringify(output));
}
