import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { SECOND_MS } from "@assay/primitives/instant";
import { leaseRuns, readRun, releaseLeases, renewLease } from "./run-store.ts";
import type { StepDriver } from "./step-driver.ts";

export interface RunEngineOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly driver: StepDriver;
  /** Names this process in the leases. */
  readonly owner: string;
  /** How long a process that stopped renewing keeps its runs. Default 15 s. */
  readonly leaseMs?: number;
}

const DEFAULT_LEASE_MS = 15 * SECOND_MS;
const TICK_MS = 500;
const MOST_RUNS = 50;
/** After a failure, a run is left alone this long. */
const REST_MS = 5 * SECOND_MS;

/** A run that this process executes now. */
interface Driving {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Finds runs with something to do and drives them. All state is in PostgreSQL: a process may die at any point, and
 * another, or the same one started again, finds what was open.
 */
export class RunEngine implements AsyncDisposable {
  readonly #options: RunEngineOptions;
  readonly #leaseMs: number;
  readonly #driving = new Map<string, Driving>();
  readonly #stop = new AbortController();
  readonly #resting = new Map<string, number>();
  #nap = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: RunEngineOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  }

  /** Looks for runs twice a second from now on. */
  start(): void {
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#nap = new AbortController();
      const signal = AbortSignal.any([this.#stop.signal, this.#nap.signal]);
      await this.#takeRuns().catch((error: unknown) => logger.warn({ error }, "runs could not be taken up"));
      await clock.sleep(TICK_MS, { signal }).catch(() => undefined);
    }
  }

  /** A person did something: look at once. */
  wake(): void {
    this.#nap.abort();
  }

  /** Takes up every run with something to do and resolves when all of them wait, are stopped or are over. */
  async tick(): Promise<void> {
    await this.#takeRuns();
    await Promise.all([...this.#driving.values()].map(({ done }) => done));
  }

  /** Lets a command drive a run itself, so that nobody here takes it up meanwhile. */
  hold(runId: string, work: (signal: AbortSignal) => Promise<void>): void {
    this.#track(runId, work);
  }

  /** Ends what this process executes of a run; the database already says why. */
  interrupt(runId: string): void {
    this.#driving.get(runId)?.abort.abort();
  }

  get leaseMs(): number {
    return this.#leaseMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { database, owner, logger } = this.#options;
    this.#stop.abort();
    await this.#loop;
    for (const { abort } of this.#driving.values()) abort.abort();
    await Promise.all([...this.#driving.values()].map(({ done }) => done));
    await releaseLeases(database, owner).catch((error: unknown) =>
      logger.warn({ error }, "leases run out by themselves"),
    );
  }

  async #takeRuns(): Promise<void> {
    const { database, clock, owner } = this.#options;
    const lease = { owner, now: clock.now(), forMs: this.#leaseMs };
    await Promise.all([...this.#driving.keys()].map((id) => renewLease(database, id, lease)));
    for (const id of await leaseRuns(database, { ...lease, limit: MOST_RUNS }))
      if (!this.#driving.has(id) && !this.#isResting(id)) this.#track(id, (signal) => this.#drive(id, signal));
  }

  #isResting(id: string): boolean {
    const until = this.#resting.get(id);
    if (until === undefined || until > this.#options.clock.monotonicMs()) return until !== undefined;
    this.#resting.delete(id);
    return false;
  }

  #track(runId: string, work: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const { clock, logger } = this.#options;
    const done = work(abort.signal)
      .catch((error: unknown) => {
        this.#resting.set(runId, clock.monotonicMs() + REST_MS);
        logger.error({ error, run_id: runId }, "a run could not go on");
      })
      .finally(() => this.#driving.delete(runId));
    this.#driving.set(runId, { abort, done });
  }

  async #drive(id: string, signal: AbortSignal): Promise<void> {
    for (let isMore = true; isMore && !signal.aborted; ) {
      const run = await readRun(this.#options.database, id);
      const isDriven = run?.state === "running" || run?.state === "waiting_for_approval";
      isMore = isDriven && (await this.#options.driver.next(run, signal));
    }
  }
}
