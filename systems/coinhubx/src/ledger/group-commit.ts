import type { Clock } from "@assay/platform/clock/clock";
import { Failure } from "@assay/primitives/failure";

export interface GroupCommitOptions<Command, Outcome> {
  readonly clock: Clock;
  /** Does the work of many groups in one commit; one outcome for each command, in order. */
  commit(groups: readonly (readonly Command[])[]): Promise<readonly (readonly Outcome[])[]>;
  readonly maxCommands?: number;
  /** How long the first command waits for company. 0 commits in the next turn of the event loop. */
  readonly maxWaitMs?: number;
  readonly maxQueued?: number;
  /** Commits under way at a time. With more than one, a commit must not rely on the one before it having succeeded. */
  readonly maxInFlight?: number;
}

const WORTH_SPLITTING = 100;

interface Waiting<Command, Outcome> {
  readonly commands: readonly Command[];
  readonly since: number;
  resolve(outcomes: readonly Outcome[]): void;
  reject(error: unknown): void;
}

/**
 * Gathers what many callers ask for and commits it together: a commit costs the same for one
 * command as for hundreds. Callers are answered after the commit that holds their commands.
 */
export class GroupCommit<Command, Outcome> implements AsyncDisposable {
  readonly #commit: GroupCommitOptions<Command, Outcome>["commit"];
  readonly #clock: Clock;
  readonly #maxCommands: number;
  readonly #maxWaitMs: number;
  readonly #maxQueued: number;
  readonly #maxInFlight: number;
  readonly #inFlight = new Set<Promise<void>>();
  #queue: Waiting<Command, Outcome>[] = [];
  #queued = 0;
  #running: Promise<void> | undefined;
  #isFull: (() => void) | undefined;
  #isClosed = false;

  constructor(options: GroupCommitOptions<Command, Outcome>) {
    this.#commit = options.commit;
    this.#clock = options.clock;
    this.#maxCommands = options.maxCommands ?? 500;
    this.#maxWaitMs = options.maxWaitMs ?? 2;
    this.#maxQueued = options.maxQueued ?? 8_192;
    this.#maxInFlight = options.maxInFlight ?? 1;
  }

  /** Commands waiting for their commit to begin. */
  get queued(): number {
    return this.#queued;
  }

  /**
   * The commands of one call stay together in one commit.
   * @throws Failure `OVERLOADED` (retryable) when the queue is full, and whatever the commit throws.
   */
  submit(commands: readonly Command[]): Promise<readonly Outcome[]> {
    if (this.#isClosed || this.#queued + commands.length > this.#maxQueued) {
      return Promise.reject(new Failure("OVERLOADED", { retryable: true, details: { queued: this.#queued } }));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ commands, since: this.#clock.monotonicMs(), resolve, reject });
      this.#queued += commands.length;
      if (this.#queued >= this.#maxCommands) this.#isFull?.();
      this.#running ??= this.#run();
    });
  }

  /** Commits what is waiting, then takes nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#isFull?.();
    await this.#running;
    await Promise.all(this.#inFlight);
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather();
      if (this.#inFlight.size >= this.#maxInFlight) await Promise.race(this.#inFlight);
      this.#start(this.#take());
    }
    this.#running = undefined;
  }

  async #gather(): Promise<void> {
    // Callers answered a moment ago get to ask again before the next commit begins.
    await new Promise(setImmediate);
    const leftMs = this.#queue[0]!.since + this.#maxWaitMs - this.#clock.monotonicMs();
    if (leftMs <= 0 || this.#queued >= this.#maxCommands || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isFull = resolve;
    const waiting = new AbortController();
    await Promise.race([promise, this.#clock.sleep(leftMs, { signal: waiting.signal }).catch(() => undefined)]);
    waiting.abort();
    this.#isFull = undefined;
  }

  #start(batch: readonly Waiting<Command, Outcome>[]): void {
    const commit = this.#commitAll(batch).finally(() => this.#inFlight.delete(commit));
    this.#inFlight.add(commit);
  }

  async #commitAll(batch: readonly Waiting<Command, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#commit(batch.map((waiting) => waiting.commands));
      batch.forEach((waiting, index) => {
        waiting.resolve(outcomes[index]!);
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  /** Whether to leave half of the crowd for a second commit, which is prepared while the first one is under way. */
  #mayFollow(): boolean {
    return this.#inFlight.size + 1 < this.#maxInFlight && this.#queued >= WORTH_SPLITTING;
  }

  #take(): Waiting<Command, Outcome>[] {
    const most = this.#mayFollow() ? Math.min(this.#maxCommands, Math.ceil(this.#queued / 2)) : this.#maxCommands;
    let commands = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count > 0 && commands + waiting.commands.length > most) break;
      commands += waiting.commands.length;
      count += 1;
    }
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#queued -= commands;
    return batch;
  }
}
