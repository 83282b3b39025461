import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database, Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { Result } from "@assay/primitives/result";
import type { ActionCatalogue, CatalogueAction } from "../actions/action-catalogue.ts";
import type { ActionResult, ActionRunner } from "../actions/action-runner.ts";
import { findActive } from "../identity/people-store.ts";
import { settle } from "./approval.ts";
import type { ApprovalJournal } from "./approval-journal.ts";
import { type ApprovalRecord, findApprovals, lockApproval, updateApproval } from "./approval-store.ts";
import type { PolicyTable } from "./policy-table.ts";
import { type NotReady, readyToRun } from "./ready-to-run.ts";

export interface ApprovalExecutionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalogue: ActionCatalogue;
  readonly policies: PolicyTable;
  readonly runner: ActionRunner;
  readonly journal: ApprovalJournal;
}

const SETTLE_TRIES = 5;
const SETTLE_RETRY_MS = 1_000;

/** Runs what was approved, once. */
export class ApprovalExecution {
  readonly #options: ApprovalExecutionOptions;
  readonly #running = new Map<string, number>();

  constructor(options: ApprovalExecutionOptions) {
    this.#options = options;
  }

  /** In the transaction of the last signature: the last look at everything, with the signers as they are now. */
  async lastLook(transaction: Sql, approval: ApprovalRecord, now: Instant): Promise<Result<CatalogueAction, NotReady>> {
    const { catalogue, policies } = this.#options;
    await policies.refresh(transaction);
    const people = await findActive(
      transaction,
      approval.signatures.map(({ personId }) => personId),
    );
    const signers = people.map(({ id, name, roles }) => ({ personId: id, name, roles }));
    return readyToRun(approval, { catalogue, policies, signers, now });
  }

  /** While `work` goes on, nobody takes the approval for one that an earlier process left behind. */
  async claim<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.#running.set(id, (this.#running.get(id) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#running.get(id)! - 1;
      if (left === 0) this.#running.delete(id);
      else this.#running.set(id, left);
    }
  }

  async run(approval: ApprovalRecord, entry: CatalogueAction): Promise<ApprovalRecord> {
    const result = await this.#options.runner.run({
      id: approval.id,
      entry,
      bound: approval.bound,
      digest: approval.digest,
      reason: approval.why,
      approvers: approval.signatures
        .filter(({ kind }) => kind === "approval")
        .map(({ personId, name }) => ({ id: personId, name })),
      incidentId: approval.incidentId,
    });
    return (await this.#settleSurely(approval.id, result)) ?? approval;
  }

  /** The process that began these has gone: running them again is the one thing that must not happen. */
  async settleAbandoned(): Promise<void> {
    const begun = await findApprovals(this.#options.database, { states: ["approved"] });
    for (const { id } of begun.filter((approval) => !this.#running.has(approval.id))) {
      await this.#settle(id, { succeeded: false, outcome: { code: "OUTCOME_UNKNOWN", answer: null } });
    }
  }

  /** The deed is done: its outcome is written even when the database is away for a moment. */
  async #settleSurely(id: string, result: ActionResult): Promise<ApprovalRecord | undefined> {
    const { logger, clock } = this.#options;
    for (let left = SETTLE_TRIES; ; left -= 1) {
      try {
        return await this.#settle(id, result);
      } catch (error) {
        if (left === 1) throw error;
        logger.warn({ error, approval_id: id }, "The outcome of an approval could not be written yet");
        await clock.sleep(SETTLE_RETRY_MS);
      }
    }
  }

  async #settle(id: string, result: ActionResult): Promise<ApprovalRecord | undefined> {
    const { database, clock, journal } = this.#options;
    const settled = await database.transaction(async (transaction) => {
      const approval = await lockApproval(transaction, id);
      if (approval?.state !== "approved") return undefined;
      const after = { ...approval, ...settle(approval, { ...result, now: clock.now() }) };
      await updateApproval(transaction, approval, after);
      const details = { outcome: result.outcome };
      await journal.record(transaction, after, { what: after.state, by: undefined, details });
      return after;
    });
    if (settled !== undefined) await journal.announce(settled, `${settled.state} (${result.outcome.code})`);
    return settled;
  }
}
