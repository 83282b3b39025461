import type { Clock } from "@assay/platform/clock/clock";
import { fetchText } from "@assay/platform/http/http-client";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { SignedCheckpoint } from "./audit.ts";
import { readNewestCheckpoint } from "./audit-store.ts";

/** Somebody outside who keeps our signed checkpoints: an endpoint now, a contract on a chain the same way. */
export interface CheckpointWitness {
  /** Shown to people, and its key in the table. */
  readonly name: string;
  /** Resolves once it is kept; keeping it again does nothing. @throws Failure */
  submit(checkpoint: SignedCheckpoint): Promise<void>;
}

/** What is known of a witness. */
export interface WitnessState {
  readonly name: string;
  /** Size of the last checkpoint it took. */
  readonly size: number | null;
  readonly takenAt: Instant | null;
  readonly failingSince: Instant | null;
  readonly error: string | null;
}

export interface WitnessesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly jobs: Pick<Jobs, "define" | "send">;
  readonly witnesses: readonly CheckpointWitness[];
}

export const WITNESS_QUEUE = "operations.audit.witness";
const TIMEOUT_MS = 10_000;

/** Posts the note as text; any 2xx says that it is kept. */
export function httpWitness(url: string): CheckpointWitness {
  return {
    name: url,
    submit: async ({ note }) => {
      const headers = { "content-type": "text/plain; charset=utf-8" };
      const body = new TextEncoder().encode(note);
      const { status } = await fetchText(url, { method: "POST", body, headers, timeoutMs: TIMEOUT_MS });
      if (status >= 200 && status < 300) return;
      throw new Failure("WITNESS_REFUSED", { retryable: status >= 500 || status === 429, details: { status } });
    },
  };
}

/** Brings checkpoints to witnesses: durable jobs, tried again, the newest checkpoint each time. */
export class Witnesses {
  readonly #options: WitnessesOptions;
  readonly #sent = new Map<string, number>();

  constructor(options: WitnessesOptions) {
    this.#options = options;
    if (options.witnesses.length === 0) return;
    options.jobs.define<{ witness: string }>(
      WITNESS_QUEUE,
      { retryLimit: 12, retryDelayS: 2, expireInS: 60, concurrency: 2, pollS: 1, unique: true },
      ({ witness }) => this.deliver(witness),
    );
  }

  /** Asks for what the witnesses do not have yet; called every few seconds. */
  async sendNew(): Promise<void> {
    const { database, jobs, witnesses } = this.#options;
    if (witnesses.length === 0) return;
    const newest = await readNewestCheckpoint(database);
    if (newest === undefined) return;
    for (const { name } of witnesses) {
      if (this.#sent.get(name) === newest.size) continue;
      await jobs.send(WITNESS_QUEUE, { witness: name }, { singletonKey: name });
      this.#sent.set(name, newest.size);
    }
  }

  /** One try, run by the job queue. @throws Failure when it was not taken. */
  async deliver(name: string): Promise<void> {
    const { database, witnesses, logger } = this.#options;
    const witness = witnesses.find((one) => one.name === name);
    const checkpoint = await readNewestCheckpoint(database);
    if (witness === undefined || checkpoint === undefined) return;
    try {
      await witness.submit(checkpoint);
    } catch (error) {
      await this.#noteFailure(name, error instanceof Failure ? error.code : "FAILED");
      logger.warn({ error, witness: name, size: checkpoint.size }, "A witness did not take the checkpoint");
      throw error;
    }
    await this.#noteTaken(name, checkpoint.size);
  }

  /** Each configured witness, also one that never answered. */
  async states(): Promise<readonly WitnessState[]> {
    const { database, witnesses } = this.#options;
    const rows = await database.query<StateRow>(sql`select * from audit_witnesses`);
    return witnesses.map(({ name }) => {
      const row = rows.find((one) => one.name === name);
      return {
        name,
        size: row?.size == null ? null : Number(row.size),
        takenAt: toInstantOrNull(row?.taken_at),
        failingSince: toInstantOrNull(row?.failing_since),
        error: row?.error ?? null,
      };
    });
  }

  async #noteTaken(name: string, size: number): Promise<void> {
    const now = new Date(this.#options.clock.now());
    await this.#options.database.execute(sql`
      insert into audit_witnesses (name, size, taken_at) values (${name}, ${size}, ${now})
      on conflict (name) do update set size = excluded.size, taken_at = excluded.taken_at, failing_since = null, error = null`);
  }

  async #noteFailure(name: string, error: string): Promise<void> {
    const now = new Date(this.#options.clock.now());
    await this.#options.database.execute(sql`
      insert into audit_witnesses as known (name, failing_since, error) values (${name}, ${now}, ${error})
      on conflict (name) do update set
        failing_since = coalesce(known.failing_since, excluded.failing_since), error = excluded.error`);
  }
}

interface StateRow {
  readonly name: string;
  readonly size: string | null;
  readonly taken_at: Date | null;
  readonly failing_since: Date | null;
  readonly error: string | null;
}

function toInstantOrNull(date: Date | null | undefined): Instant | null {
  return date == null ? null : toInstant(date.getTime());
}
