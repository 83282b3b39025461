import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { ActionCatalogue, CatalogueAction } from "../actions/action-catalogue.ts";
import type { ActionOrder } from "../actions/action-order.ts";
import type { StepUp, StepUpProof, StepUpPurpose, StepUpRefusal } from "../identity/step-up.ts";
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
import { endOf, noticeOf } from "./approval-notice.ts";
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
import type { PolicyTable } from "./policy-table.ts";
import { newApproval, type RequestRefusal } from "./request-approval.ts";

export interface ApprovalsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly pager: Pager;
  readonly catalogue: ActionCatalogue;
  readonly policies: PolicyTable;
  readonly stepUp: StepUp;
  readonly journal: ApprovalJournal;
  readonly execution: ApprovalExecution;
}

export type SignRefusal = ApprovalRefusal | StepUpRefusal | { readonly code: "NOT_FOUND" };

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

  /** A request in the name of `requester`, who must still confirm it; with a code they do so at once. */
  async request(
    order: ActionOrder,
    requester: Signer,
    proof?: StepUpProof,
  ): Promise<Result<ApprovalRecord, RequestRefusal | SignRefusal>> {
    const { catalogue, clock, random, database, journal, policies } = this.#options;
    const entry = catalogue.find(order.action);
    if (entry === undefined) return refuse({ code: "UNKNOWN_ACTION" });
    await policies.refresh();
    const made = newApproval({ entry, order, requester, now: clock.now(), random, policies });
    if (!made.ok) return made;
    const result = await database.transaction(
      (transaction): Promise<Result<ApprovalRecord, RequestRefusal | SignRefusal>> =>
        this.#open(transaction, made.value, { signer: requester, proof }),
    );
    if (result.ok) await journal.announce(result.value, "agreement is asked for");
    return result;
  }

  /** The requester's own signature on a request that a system or a runbook made in their name. */
  async confirm(id: string, signer: Signer, proof: StepUpProof): Promise<Result<ApprovalRecord, SignRefusal>> {
    const { journal } = this.#options;
    const result = await this.#change(id, async (transaction, approval) => {
      const purpose = { kind: "approval", digest: approval.digest } as const;
      const confirmed = await this.#confirm(transaction, approval, { signer, proof, purpose });
      if (!confirmed.ok) return confirmed;
      const told = await this.#tell(transaction, confirmed.value);
      await updateApproval(transaction, approval, told);
      await journal.record(transaction, told, { what: "confirmed", by: signer });
      return accept(told);
    });
    if (result.ok) await journal.announce(result.value, "agreement is asked for");
    else await this.#noteAttempt(id, signer, { what: "confirm", code: result.refusal.code });
    return result;
  }

  /**
   * Another person agrees. `digest` is what their client computed from what it displayed. With the last signature the
   * action runs before this resolves.
   */
  async approve(
    id: string,
    signer: Signer,
    given: { readonly proof: StepUpProof; readonly digest: string },
  ): Promise<Result<ApprovalRecord, SignRefusal>> {
    const { journal, execution } = this.#options;
    return await execution.claim(id, async () => {
      let entry: CatalogueAction | undefined;
      const result = await this.#change(id, async (transaction, approval) => {
        const agreed = await this.#agree(transaction, approval, { signer, ...given });
        if (!agreed.ok) return agreed;
        entry = agreed.value.entry;
        return accept(agreed.value.approval);
      });
      if (!result.ok) {
        await this.#noteAttempt(id, signer, { what: "approve", code: result.refusal.code });
        return result;
      }
      await journal.announce(result.value, `${signer.name} agreed`);
      return entry === undefined ? result : accept(await execution.run(result.value, entry));
    });
  }

  async refuse(id: string, signer: Signer, reason: string): Promise<Result<ApprovalRecord, SignRefusal>> {
    const rule = (approval: ApprovalRecord, now: Instant) => refuseApproval(approval, signer, { reason, now });
    const refused = await this.#end(id, { rule, what: "refused", by: signer });
    if (!refused.ok) await this.#noteAttempt(id, signer, { what: "refuse", code: refused.refusal.code });
    return refused;
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

  /** Ends what is overdue now and tells the silent again; whoever cannot wait for the next second calls it. */
  async sweep(): Promise<void> {
    const { database, clock, execution, policies } = this.#options;
    const overdue = await findApprovals(database, { states: OPEN, expiredAt: clock.now() });
    for (const { id } of overdue) await this.#end(id, { rule: expire, what: "expired", by: undefined });
    const silent = await findApprovals(database, { states: ["pending"], silentAt: clock.now() });
    for (const { id } of silent) await this.#tellAgain(id);
    await policies.refresh();
    await execution.settleAbandoned();
  }

  async #open(
    transaction: Sql,
    made: ApprovalRecord,
    { signer, proof }: { readonly signer: Signer; readonly proof: StepUpProof | undefined },
  ): Promise<Result<ApprovalRecord, RequestRefusal | SignRefusal>> {
    if (made.requestKey !== null) {
      const [known] = await findApprovals(transaction, { requestKey: made.requestKey });
      if (known !== undefined) return accept(known);
    }
    if ((await countOpen(transaction, signer.personId)) >= MOST_OPEN_PER_PERSON) {
      return refuse({ code: "TOO_MANY_OPEN_REQUESTS" });
    }
    // The digest did not exist when the proof was given: a code stands for the moment, a passkey's signature for what it
    // covers, so that one is asked for when the request is confirmed.
    const signing = { signer, purpose: { kind: "act" } } as const;
    const isCode = proof !== undefined && "totp" in proof;
    const signed = isCode ? await this.#confirm(transaction, made, { ...signing, proof }) : accept(made);
    if (!signed.ok) return signed;
    await insertApproval(transaction, made);
    const approval = signed.value.state === "pending" ? await this.#tell(transaction, signed.value) : signed.value;
    await updateApproval(transaction, made, approval);
    const details = { params: approval.bound.params, reason: approval.why, state: approval.state };
    await this.#options.journal.record(transaction, approval, { what: "requested", by: signer, details });
    return accept(approval);
  }

  async #noteAttempt(id: string, by: Signer, { what, code }: { readonly what: string; readonly code: string }) {
    const approval = await this.get(id);
    if (approval === undefined) return;
    const { bound, incidentId } = approval;
    const about = { action: bound.action, target: bound.target, incidentId };
    await this.#options.journal.recordAttempt(about, by, { what, code, approval: id });
  }

  /** Pages whoever could sign, and starts the clock of their silence. The caller writes what this returns. */
  async #tell(transaction: Sql, approval: ApprovalRecord): Promise<ApprovalRecord> {
    await this.#options.pager.approvalRequested(transaction, noticeOf(approval));
    return { ...approval, toldAt: this.#options.clock.now(), toldTimes: approval.toldTimes + 1 };
  }

  async #tellAgain(id: string): Promise<void> {
    await this.#change(id, async (transaction, approval) => {
      const now = this.#options.clock.now();
      const isDue = approval.toldAt !== null && now - approval.toldAt >= approval.tellAgainMs;
      if (asOf(approval, now).state !== "pending" || !isDue) return accept(approval);
      const told = await this.#tell(transaction, approval);
      await updateApproval(transaction, approval, told);
      const details = { times: told.toldTimes };
      await this.#options.journal.record(transaction, told, { what: "told.again", by: undefined, details });
      return accept(told);
    });
  }

  async #confirm(
    transaction: Sql,
    approval: ApprovalRecord,
    given: { readonly signer: Signer; readonly proof: StepUpProof; readonly purpose: StepUpPurpose },
  ): Promise<Result<ApprovalRecord, SignRefusal>> {
    const { signer, proof, purpose } = given;
    const confirmed = confirmRequest(approval, signer, this.#options.clock.now());
    if (!confirmed.ok) return confirmed;
    const proved = await this.#options.stepUp.verify(signer.personId, proof, { purpose, transaction });
    return proved.ok ? accept({ ...approval, ...confirmed.value }) : proved;
  }

  /** With the last signature, the approval is used up in this transaction; `entry` is then what is to be run. */
  async #agree(
    transaction: Sql,
    approval: ApprovalRecord,
    { signer, proof, digest }: { readonly signer: Signer; readonly proof: StepUpProof; readonly digest: string },
  ): Promise<Result<{ approval: ApprovalRecord; entry: CatalogueAction | undefined }, SignRefusal>> {
    const { clock, stepUp, execution, pager, journal } = this.#options;
    const now = clock.now();
    const agreed = approve(approval, signer, { digest, now });
    if (!agreed.ok) return agreed;
    const purpose = { kind: "approval", digest: approval.digest } as const;
    const proved = await stepUp.verify(signer.personId, proof, { purpose, transaction });
    if (!proved.ok) return proved;
    let after: ApprovalRecord = { ...approval, ...agreed.value };
    let entry: CatalogueAction | undefined;
    if (after.state === "approved") {
      after = { ...after, startedAt: now };
      const ready = await execution.lastLook(transaction, after, now);
      if (ready.ok) entry = ready.value;
      else after = { ...after, ...settle(after, { ...notRun(ready.refusal.code), now }) };
      await pager.approvalEnded(transaction, endOf(after, signer));
    }
    await updateApproval(transaction, approval, after);
    const details = { state: after.state, outcome: after.outcome, proof: proved.value.method };
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
      await pager.approvalEnded(transaction, endOf(after, by));
      const unanswered = after.state === "expired" && approval.state === "pending";
      const details = { reason: after.reason, ...(unanswered ? { unanswered, told: after.toldTimes } : {}) };
      await journal.record(transaction, after, { what, by, details });
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
