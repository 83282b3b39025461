import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { ActionCatalogue, CatalogueAction } from "../actions/action-catalogue.ts";
import type { ActionOrder } from "../actions/action-order.ts";
import type { SecondFactor, SecondFactorRefusal } from "../identity/second-factor.ts";
import {
  type ApprovalRefusal,
  approve,
  asOf,
  cancelApproval,
  confirmRequest,
  isOpen,
  refuseApproval,
  type Signer,
  settle,
} from "./approval.ts";
import type { ApprovalExecution } from "./approval-execution.ts";
import type { ApprovalJournal } from "./approval-journal.ts";
import { noticeOf } from "./approval-notice.ts";
import {
  type ApprovalRecord,
  countOpen,
  findApprovals,
  findOpenOf,
  insertApproval,
  lockApproval,
  updateApproval,
} from "./approval-store.ts";
import type { Pager } from "./pager.ts";
import { newApproval, type RequestRefusal } from "./request-approval.ts";

export interface ApprovalsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly pager: Pager;
  readonly catalogue: ActionCatalogue;
  readonly secondFactor: SecondFactor;
  readonly journal: ApprovalJournal;
  readonly execution: ApprovalExecution;
}

export type SignRefusal = ApprovalRefusal | SecondFactorRefusal | { readonly code: "NOT_FOUND" };

const OPEN = ["awaiting_requester", "pending"] as const;
const MOST_OPEN_PER_PERSON = 20;
const SWEEP_EVERY_MS = 1_000;

/**
 * Dual control. Nothing is held while people think: a request is a row, so whatever else must be done goes on beside it.
 * The last signature uses the approval up and runs the action in the same call.
 */
export class Approvals implements AsyncDisposable {
  readonly #options: ApprovalsOptions;
  readonly #stopping = new AbortController();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Begins to end what is overdue, each second, and settles what an earlier process left in the middle. */
  start(): void {
    this.#sweeping = this.#sweepUntilStopped();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#sweeping;
  }

  /** A request in the name of `requester`, who must still confirm it; with `totp` they do so at once. */
  async request(
    order: ActionOrder,
    requester: Signer,
    totp?: string,
  ): Promise<Result<ApprovalRecord, RequestRefusal | SignRefusal>> {
    const { catalogue, clock, random, database, journal } = this.#options;
    const entry = catalogue.find(order.action);
    if (entry === undefined) return refuse({ code: "UNKNOWN_ACTION" });
    const made = newApproval({ entry, order, requester, now: clock.now(), random });
    if (!made.ok) return made;
    const result = await database.transaction(
      (transaction): Promise<Result<ApprovalRecord, RequestRefusal | SignRefusal>> =>
        this.#open(transaction, made.value, { signer: requester, totp }),
    );
    if (result.ok) await journal.announce(result.value, "agreement is asked for");
    return result;
  }

  /** The requester's own signature on a request that a system or a runbook made in their name. */
  async confirm(id: string, signer: Signer, totp: string): Promise<Result<ApprovalRecord, SignRefusal>> {
    const { pager, journal } = this.#options;
    const result = await this.#change(id, async (transaction, approval) => {
      const confirmed = await this.#confirm(transaction, approval, { signer, totp });
      if (!confirmed.ok) return confirmed;
      await updateApproval(transaction, approval, confirmed.value);
      await pager.approvalRequested(transaction, noticeOf(confirmed.value));
      await journal.record(transaction, confirmed.value, { what: "confirmed", by: signer });
      return confirmed;
    });
    if (result.ok) await journal.announce(result.value, "agreement is asked for");
    return result;
  }

  /**
   * Another person agrees. `digest` is what their client computed from what it displayed. With the last signature the
   * action runs before this resolves.
   */
  async approve(
    id: string,
    signer: Signer,
    proof: { readonly totp: string; readonly digest: string },
  ): Promise<Result<ApprovalRecord, SignRefusal>> {
    const { journal, execution } = this.#options;
    return await execution.claim(id, async () => {
      let entry: CatalogueAction | undefined;
      const result = await this.#change(id, async (transaction, approval) => {
        const agreed = await this.#agree(transaction, approval, { signer, ...proof });
        if (!agreed.ok) return agreed;
        entry = agreed.value.entry;
        return accept(agreed.value.approval);
      });
      if (!result.ok) return result;
      await journal.announce(result.value, `${signer.name} agreed`);
      return entry === undefined ? result : accept(await execution.run(result.value, entry));
    });
  }

  async refuse(id: string, signer: Signer, reason: string): Promise<Result<ApprovalRecord, SignRefusal>> {
    const rule = (approval: ApprovalRecord, now: Instant) => refuseApproval(approval, signer, { reason, now });
    return await this.#end(id, { rule, what: "refused", by: signer });
  }

  async cancel(id: string, signer: Pick<Signer, "personId" | "name">): Promise<Result<ApprovalRecord, SignRefusal>> {
    const rule = (approval: ApprovalRecord, now: Instant) => cancelApproval(approval, signer.personId, now);
    return await this.#end(id, { rule, what: "canceled", by: signer });
  }

  async get(id: string): Promise<ApprovalRecord | undefined> {
    const [approval] = await findApprovals(this.#options.database, { id });
    return approval === undefined ? undefined : this.#asOfNow(approval);
  }

  /** Newest first. */
  async list({ open, limit }: { readonly open: boolean; readonly limit: number }): Promise<ApprovalRecord[]> {
    const found = await findApprovals(this.#options.database, open ? { states: OPEN, limit } : { limit });
    const current = found.map((approval) => this.#asOfNow(approval));
    return open ? current.filter(isOpen) : current;
  }

  /** Ends what somebody who left had asked for. */
  async cancelOpenOf(personId: string): Promise<void> {
    for (const id of await findOpenOf(this.#options.database, personId)) {
      await this.cancel(id, { personId, name: "the requester, who was removed" });
    }
  }

  /** Ends what is overdue now; whoever cannot wait for the next second calls it. */
  async sweep(): Promise<void> {
    const { database, clock, execution } = this.#options;
    const overdue = await findApprovals(database, { states: OPEN, expiredAt: clock.now() });
    for (const { id } of overdue) await this.#end(id, { rule: expire, what: "expired", by: undefined });
    await execution.settleAbandoned();
  }

  async #open(
    transaction: Sql,
    made: ApprovalRecord,
    { signer, totp }: { readonly signer: Signer; readonly totp: string | undefined },
  ): Promise<Result<ApprovalRecord, RequestRefusal | SignRefusal>> {
    if (made.requestKey !== null) {
      const [known] = await findApprovals(transaction, { requestKey: made.requestKey });
      if (known !== undefined) return accept(known);
    }
    if ((await countOpen(transaction, signer.personId)) >= MOST_OPEN_PER_PERSON) {
      return refuse({ code: "TOO_MANY_OPEN_REQUESTS" });
    }
    const signed = totp === undefined ? accept(made) : await this.#confirm(transaction, made, { signer, totp });
    if (!signed.ok) return signed;
    const approval = signed.value;
    await insertApproval(transaction, made);
    await updateApproval(transaction, made, approval);
    if (approval.state === "pending") await this.#options.pager.approvalRequested(transaction, noticeOf(approval));
    const details = { params: approval.bound.params, reason: approval.why, state: approval.state };
    await this.#options.journal.record(transaction, approval, { what: "requested", by: signer, details });
    return accept(approval);
  }

  async #confirm(
    transaction: Sql,
    approval: ApprovalRecord,
    { signer, totp }: { readonly signer: Signer; readonly totp: string },
  ): Promise<Result<ApprovalRecord, SignRefusal>> {
    const confirmed = confirmRequest(approval, signer, this.#options.clock.now());
    if (!confirmed.ok) return confirmed;
    const proved = await this.#options.secondFactor.verify(transaction, signer.personId, totp);
    return proved.ok ? accept({ ...approval, ...confirmed.value }) : proved;
  }

  /** With the last signature, the approval is used up in this transaction; `entry` is then what is to be run. */
  async #agree(
    transaction: Sql,
    approval: ApprovalRecord,
    { signer, totp, digest }: { readonly signer: Signer; readonly totp: string; readonly digest: string },
  ): Promise<Result<{ approval: ApprovalRecord; entry: CatalogueAction | undefined }, SignRefusal>> {
    const { clock, secondFactor, execution, pager, journal } = this.#options;
    const now = clock.now();
    const agreed = approve(approval, signer, { digest, now });
    if (!agreed.ok) return agreed;
    const proved = await secondFactor.verify(transaction, signer.personId, totp);
    if (!proved.ok) return proved;
    let after: ApprovalRecord = { ...approval, ...agreed.value };
    let entry: CatalogueAction | undefined;
    if (after.state === "approved") {
      after = { ...after, startedAt: now };
      const ready = await execution.lastLook(transaction, after, now);
      if (ready.ok) entry = ready.value;
      else after = { ...after, ...settle(after, { ...notRun(ready.refusal.code), now }) };
      await pager.approvalEnded(transaction, approval.id);
    }
    await updateApproval(transaction, approval, after);
    const details = { state: after.state, outcome: after.outcome };
    await journal.record(transaction, after, { what: "agreed", by: signer, details });
    return accept({ approval: after, entry });
  }

  async #end(
    id: string,
    change: {
      readonly rule: (approval: ApprovalRecord, now: Instant) => Result<object, ApprovalRefusal>;
      readonly what: string;
      readonly by: Pick<Signer, "personId" | "name"> | undefined;
    },
  ): Promise<Result<ApprovalRecord, SignRefusal>> {
    const { rule, what, by } = change;
    const { clock, pager, journal } = this.#options;
    const result = await this.#change(id, async (transaction, approval) => {
      const ended = rule(approval, clock.now());
      if (!ended.ok) return ended;
      const after: ApprovalRecord = { ...approval, ...ended.value };
      await updateApproval(transaction, approval, after);
      await pager.approvalEnded(transaction, id);
      await journal.record(transaction, after, { what, by, details: { reason: after.reason } });
      return accept(after);
    });
    if (result.ok) await journal.announce(result.value, by === undefined ? what : `${what} by ${by.name}`);
    return result;
  }

  async #change(
    id: string,
    work: (transaction: Sql, approval: ApprovalRecord) => Promise<Result<ApprovalRecord, SignRefusal>>,
  ): Promise<Result<ApprovalRecord, SignRefusal>> {
    return await this.#options.database.transaction(async (transaction) => {
      const approval = await lockApproval(transaction, id);
      return approval === undefined ? refuse({ code: "NOT_FOUND" }) : await work(transaction, approval);
    });
  }

  #asOfNow(approval: ApprovalRecord): ApprovalRecord {
    return { ...approval, ...asOf(approval, this.#options.clock.now()) };
  }

  async #sweepUntilStopped(): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.sweep();
      } catch (error) {
        logger.error({ error }, "Overdue approvals could not be ended");
      }
      await clock.sleep(SWEEP_EVERY_MS, { signal }).catch(() => undefined);
    }
  }
}

function expire(approval: ApprovalRecord, now: Instant): Result<object, ApprovalRefusal> {
  const current = asOf(approval, now);
  return current.state === "expired" ? accept(current) : refuse({ code: "APPROVAL_NOT_PENDING" });
}

function notRun(code: string) {
  return { succeeded: false, outcome: { code, answer: null } };
}
