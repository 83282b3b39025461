import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { Failure, isRetryable } from "@assay/primitives/failure";
import { type Instant, MINUTE_MS } from "@assay/primitives/instant";
import { ALL_CLOSED } from "../feature-flags/flag-values.ts";
import { GroupCommit } from "../ledger/group-commit.ts";
import type { Market } from "../markets/markets.ts";
import type { MatchingEngine } from "../matching/matching-engine.ts";
import { encodeState, stateHash } from "../matching/state-codec.ts";
import { type BatchPorts, type EngineAnswer, EngineBatch, type EngineRequest } from "./engine-batch.ts";
import { type ExecutedCommand, isJournaled, saveSnapshot } from "./engine-journal.ts";
import { LEASE_MS, LEASE_RENEWAL_MS, type Lease, releaseLease, renewLease, takeLease } from "./engine-lease.ts";
import { type RecoveredEngine, recoverEngine } from "./engine-recovery.ts";
import { closeMarketAfterMismatch } from "./market-state.ts";

const SNAPSHOT_COMMANDS = 50_000;
const SNAPSHOT_INTERVAL_MS = 5 * MINUTE_MS;
/** How long a caller whose commit was cut off waits for the truth. */
const LOOK_UP_MS = 10_000;

/** What the leader tells others, always of committed things. */
export interface LeaderObserver {
  /** The engine was rebuilt; what was known of the market is void. */
  onRecovered(engine: MatchingEngine): void;
  onDropped(): void;
  onCommitted(executed: readonly ExecutedCommand[], at: Instant): void;
  onMismatch(isMismatch: boolean): void;
  onTradeFailure(): void;
}

export interface MarketLeaderOptions {
  readonly market: Market;
  /** Names this process; two leaders never share it. */
  readonly owner: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ports: BatchPorts;
  readonly observer: LeaderObserver;
}

interface Leadership {
  readonly lease: Lease;
  readonly engine: MatchingEngine;
  renewedAtMs: number;
  snapshotSequence: number;
  snapshotAt: Instant;
}

/**
 * Runs one market's engine while it holds the lease. The engine in memory is as good as its last commit: whenever a
 * commit fails, the memory is dropped, the lease taken anew, and the engine rebuilt from the database.
 */
export class MarketLeader implements AsyncDisposable {
  readonly #options: MarketLeaderOptions;
  readonly #queue: GroupCommit<EngineRequest, EngineAnswer>;
  readonly #stop = new AbortController();
  #leadership: Leadership | undefined;
  #recovered = Promise.withResolvers<Leadership>();
  #isHalted = false;
  #isStuck = false;
  #wake: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();
  #snapshot: Promise<void> = Promise.resolve();

  constructor(options: MarketLeaderOptions) {
    this.#options = options;
    this.#recovered.promise.catch(() => undefined);
    this.#queue = new GroupCommit({ clock: options.clock, commit: (groups) => this.#commit(groups.flat()) });
  }

  get queueLength(): number {
    return this.#queue.queued;
  }

  /** Whether the lease is known to be ours: renewed within its time, with a rebuilt engine. */
  get isLeading(): boolean {
    const leadership = this.#leadership;
    return leadership !== undefined && this.#options.clock.monotonicMs() - leadership.renewedAtMs < LEASE_MS;
  }

  /** For a drill: it runs on and neither renews the lease nor tries for it, as a process whose timers died. */
  setStuck(isStuck: boolean): void {
    this.#isStuck = isStuck;
  }

  /** Tries for the lease at once and then for as long as this runs. */
  async start(): Promise<void> {
    await this.#attempt();
    this.#loop = this.#lead();
  }

  /**
   * Resolves after the commit that holds the request.
   * @throws Failure `ENGINE_RESTARTING`, `OVERLOADED`, `DATABASE_UNAVAILABLE` (all retryable: nothing happened) or
   * `OUTCOME_UNKNOWN` (ask again with the same key).
   */
  async submit(request: EngineRequest): Promise<EngineAnswer> {
    if (this.#leadership === undefined) throw restarting();
    const [answer] = await this.#queue.submit([request]);
    return answer!;
  }

  /** Commits what is waiting, stores a snapshot, and lets the next process have the lease at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Failure("ENGINE_RESTARTING", { retryable: true }));
    await this.#queue[Symbol.asyncDispose]();
    await this.#loop;
    const leadership = this.#leadership;
    this.#leadership = undefined;
    if (leadership !== undefined) this.#takeSnapshot(leadership);
    await this.#snapshot;
    if (leadership === undefined) return;
    await releaseLease(this.#options.database, leadership.lease).catch((error) =>
      this.#report(error, "release the lease"),
    );
  }

  async #lead(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause();
      if (!this.#stop.signal.aborted) await this.#attempt();
    }
  }

  async #attempt(): Promise<void> {
    try {
      if (this.#isHalted || this.#isStuck) return;
      if (this.#leadership === undefined) await this.#takeOver();
      else await this.#renew(this.#leadership);
    } catch (error) {
      if (!isRetryable(error)) this.#report(error, "run the engine");
    }
  }

  // A dropped engine is rebuilt at once; otherwise this is the rhythm of renewals and of trying.
  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, this.#stop.signal]);
    await Promise.race([promise, this.#options.clock.sleep(LEASE_RENEWAL_MS, { signal }).catch(() => undefined)]);
    waiting.abort();
    this.#wake = undefined;
  }

  async #takeOver(): Promise<void> {
    const { database, market, owner, clock, logger, observer } = this.#options;
    const lease = await takeLease(database, market.code, owner);
    if (lease === undefined) return;
    const recovered = await this.#recover(lease);
    const renewedAtMs = clock.monotonicMs();
    if (!(await renewLease(database, lease))) return;
    await this.#judge(recovered);
    logger.info(
      { market: market.code, epoch: lease.epoch, sequence: recovered.engine.counters.sequence },
      "ENGINE_LEASE_TAKEN",
    );
    const { engine, snapshotSequence } = recovered;
    // A journal that cannot be followed to its end cannot be appended to. People decide; a restart tries again.
    if (recovered.mismatch !== undefined && recovered.mismatch.reason !== "hash") {
      this.#isHalted = true;
      return;
    }
    this.#leadership = { lease, engine, renewedAtMs, snapshotSequence, snapshotAt: clock.now() };
    observer.onRecovered(engine);
    this.#recovered.resolve(this.#leadership);
  }

  /** A long journal takes longer than a lease lasts; two that take turns at replaying it would never lead. */
  async #recover(lease: Lease): Promise<RecoveredEngine> {
    const { database, market, clock } = this.#options;
    const done = new AbortController();
    const renewing = (async () => {
      while (!done.signal.aborted) {
        await clock.sleep(LEASE_RENEWAL_MS, { signal: done.signal }).catch(() => undefined);
        if (!done.signal.aborted) await renewLease(database, lease).catch(() => undefined);
      }
    })();
    try {
      return await recoverEngine(database, market);
    } finally {
      done.abort();
      await renewing;
    }
  }

  async #judge({ mismatch, badSnapshots }: RecoveredEngine): Promise<void> {
    const { database, market, logger, observer } = this.#options;
    if (badSnapshots.length > 0)
      logger.error({ market: market.code, sequences: badSnapshots }, "Snapshots do not match their hash");
    observer.onMismatch(mismatch !== undefined);
    if (mismatch === undefined) return;
    logger.error({ market: market.code, ...mismatch }, "ENGINE_REPLAY_MISMATCH");
    await closeMarketAfterMismatch(database, market.code, mismatch);
  }

  async #renew(leadership: Leadership): Promise<void> {
    const now = this.#options.clock.monotonicMs();
    if (await renewLease(this.#options.database, leadership.lease)) leadership.renewedAtMs = now;
    else this.#stepBack(leadership);
  }

  /** Another process has begun a new epoch: from here on this one waits for the lease like any other. */
  #stepBack(leadership: Leadership): void {
    const { market, epoch } = leadership.lease;
    this.#options.logger.error({ market, epoch }, "ENGINE_FENCED");
    this.#drop(leadership);
  }

  #drop(leadership: Leadership): void {
    if (this.#leadership !== leadership) return;
    this.#leadership = undefined;
    this.#recovered = Promise.withResolvers<Leadership>();
    this.#recovered.promise.catch(() => undefined);
    this.#options.observer.onDropped();
    this.#options.logger.warn({ market: this.#options.market.code }, "The engine's memory was dropped");
    this.#wake?.();
  }

  async #commit(requests: readonly EngineRequest[]): Promise<EngineAnswer[][]> {
    const leadership = this.#leadership;
    if (leadership === undefined) throw restarting();
    try {
      return await this.#run(leadership, requests, this.#options.ports);
    } catch (error) {
      if (!(error instanceof Failure && error.code === "FLAGS_UNREADABLE")) throw error;
      // What cannot be read is closed (F1); canceling asks no flag.
      return await this.#run(leadership, requests, {
        ...this.#options.ports,
        readFlagsForShare: async () => ALL_CLOSED,
      });
    }
  }

  async #run(leadership: Leadership, requests: readonly EngineRequest[], ports: BatchPorts): Promise<EngineAnswer[][]> {
    const { market, database, clock, observer } = this.#options;
    const { engine, lease } = leadership;
    const batch = new EngineBatch({ market, engine, lease, ports, now: clock.now() }, requests);
    try {
      await batch.commit(database);
      observer.onCommitted(batch.executed, batch.now);
      this.#snapshotWhenDue(leadership);
    } catch (error) {
      await this.#afterFailure(error, leadership, batch);
    }
    return batch.answers.map((answer) => [answer]);
  }

  /** Returns only when the batch turns out to have been committed after all. */
  async #afterFailure(error: unknown, leadership: Leadership, batch: EngineBatch): Promise<void> {
    const code = error instanceof Failure ? error.code : undefined;
    if (code === "OUTCOME_UNKNOWN" && batch.executed.length === 0) return;
    if (code === "ENGINE_FENCED") this.#stepBack(leadership);
    else if (batch.executed.length > 0) this.#drop(leadership);
    if (code === undefined) this.#options.observer.onTradeFailure();
    if (code === "ENGINE_FENCED") throw restarting(error);
    if (code !== "OUTCOME_UNKNOWN") throw error;
    if (!(await this.#wasCommitted({ sequence: batch.executed[0]!.sequence, epoch: leadership.lease.epoch }, error)))
      throw restarting(error);
  }

  /** Taking the lease anew has waited for the cut-off transaction to end, so the journal then tells the truth. */
  async #wasCommitted(first: { readonly sequence: number; readonly epoch: number }, cause: unknown): Promise<boolean> {
    const { clock, database, market } = this.#options;
    const waiting = new AbortController();
    const late = clock.sleep(LOOK_UP_MS, { signal: waiting.signal }).then(() => {
      throw new Failure("OUTCOME_UNKNOWN", { retryable: false, cause });
    });
    late.catch(() => undefined);
    try {
      await Promise.race([this.#recovered.promise, late]);
      return await isJournaled(database, market.code, first);
    } finally {
      waiting.abort();
    }
  }

  #snapshotWhenDue(leadership: Leadership): void {
    const since = leadership.engine.counters.sequence - leadership.snapshotSequence;
    const isOld = this.#options.clock.now() - leadership.snapshotAt >= SNAPSHOT_INTERVAL_MS;
    if (since >= SNAPSHOT_COMMANDS || isOld) this.#takeSnapshot(leadership);
  }

  // Taken between two batches, so that it holds committed things only; written when the database gets to it.
  #takeSnapshot(leadership: Leadership): void {
    const { database, market, clock } = this.#options;
    const { engine } = leadership;
    const { sequence } = engine.counters;
    if (sequence === leadership.snapshotSequence) return;
    leadership.snapshotSequence = sequence;
    leadership.snapshotAt = clock.now();
    const snapshot = { sequence, state: encodeState(engine), stateHash: stateHash(engine) };
    this.#snapshot = this.#snapshot
      .then(() => saveSnapshot(database, market.code, snapshot))
      .catch((error) => this.#report(error, "store a snapshot"));
  }

  #report(error: unknown, what: string): void {
    this.#options.logger.error({ market: this.#options.market.code, error }, `Failed to ${what}`);
  }
}

function restarting(cause?: unknown): Failure {
  return new Failure("ENGINE_RESTARTING", { retryable: true, cause });
}
