import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { addMs, formatInstant, HOUR_MS, type Instant, SECOND_MS } from "@assay/primitives/instant";
import type { Pager } from "../approvals/pager.ts";
import { repeat } from "../systems/repeat.ts";
import type { Audit } from "./audit.ts";
import type { Witnesses } from "./witnesses.ts";

export interface AuditUpkeepOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pager: Pick<Pager, "auditDisagrees">;
  readonly audit: Audit;
  readonly witnesses: Pick<Witnesses, "sendNew">;
  /** Payloads older than this are taken; their hashes stay. */
  readonly retentionMs: number;
}

const EVERY_MS = 5 * SECOND_MS;
const PRUNE_EVERY_MS = HOUR_MS;

/** What the log needs beside being written: an alarm when it was changed, witnesses that are told, and an end of payloads. */
export class AuditUpkeep implements AsyncDisposable {
  readonly #options: AuditUpkeepOptions;
  readonly #stopping = new AbortController();
  #isTold = false;
  #pruneAt: Instant | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: AuditUpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock } = this.#options;
    const work = async () => {
      await this.#orLog(() => this.tellProblem(), "The alarm for the audit log could not be raised");
      await this.#orLog(() => this.#options.witnesses.sendNew(), "Checkpoints could not be handed to witnesses");
      await this.#orLog(() => this.#pruneWhenDue(), "Payloads of the audit log could not be pruned");
    };
    const afterStart = clock.sleep(EVERY_MS, { signal: this.#stopping.signal }).catch(() => undefined);
    this.#loop = afterStart.then(() => repeat(work, { clock, everyMs: EVERY_MS, signal: this.#stopping.signal }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** Once for each process; from then on paging calls people by itself until somebody answers. */
  async tellProblem(): Promise<void> {
    const { audit, database, pager } = this.#options;
    const { problem } = audit;
    if (problem === undefined || this.#isTold) return;
    await database.transaction((transaction) => pager.auditDisagrees(transaction, problem));
    this.#isTold = true;
  }

  /** Takes payloads whose retention is over, and says so in the log. */
  async prune(): Promise<number> {
    const { audit, clock, retentionMs } = this.#options;
    const before = addMs(clock.now(), -retentionMs);
    const { prunedTo: from } = await audit.prune(before, 0);
    let last = { prunedTo: from, isDone: false };
    while (!last.isDone && !this.#stopping.signal.aborted) last = await audit.prune(before);
    if (last.prunedTo > from) {
      await audit.append(undefined, {
        actor: { kind: "system", id: "operations", name: "operations" },
        action: "audit.payloads.pruned",
        target: "audit",
        details: { from, to: last.prunedTo, before: formatInstant(before) },
      });
    }
    return last.prunedTo;
  }

  async #pruneWhenDue(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#pruneAt !== undefined && now < this.#pruneAt) return;
    this.#pruneAt = addMs(now, PRUNE_EVERY_MS);
    await this.prune();
  }

  async #orLog(work: () => Promise<unknown>, message: string): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.logger.error({ error }, message);
    }
  }
}
