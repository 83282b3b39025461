import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database, Sql } from "@assay/platform/storage/database";
import { addMs, formatInstant, HOUR_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { ActionCatalogue } from "../actions/action-catalogue.ts";
import type { ActionOrder } from "../actions/action-order.ts";
import { checkOrder } from "../actions/action-params.ts";
import type { ActionRun } from "../actions/action-run-store.ts";
import type { Actions, Actor, PerformRefusal } from "../actions/actions.ts";
import type { RaisedAlert, SettledAlert } from "../alerts/raised-alert.ts";
import type { Signer } from "../approvals/approval.ts";
import { sentenceOf } from "../approvals/approval-digest.ts";
import type { Pager } from "../approvals/pager.ts";
import type { PolicyTable } from "../approvals/policy-table.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { holdsRole } from "../identity/roles.ts";
import type { Role } from "../manifest/manifest.ts";
import { repeat } from "../systems/repeat.ts";
import { type BreakGlassUse, findUses, insertUse, lockUse, noteOverdueTold, writeReview } from "./break-glass-store.ts";

/** Where a review that nobody made becomes an alert. */
export interface ReviewAlerts {
  raise(alert: RaisedAlert): Promise<unknown>;
  settle(alert: SettledAlert, why: string): Promise<void>;
}

export interface BreakGlassOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly pager: Pager;
  readonly catalogue: ActionCatalogue;
  readonly policies: PolicyTable;
  readonly actions: Pick<Actions, "alone" | "noteRefused">;
  /** Asked for when there is something to tell: made after this. */
  readonly alerts: () => ReviewAlerts;
}

export type BreakGlassRefusal = PerformRefusal | { readonly code: "NOT_A_STOP" };
export type ReviewRefusal = {
  readonly code: "NOT_FOUND" | "ALREADY_REVIEWED" | "REVIEWER_ACTED" | "ROLE_MISSING";
};

export const REVIEW_WITHIN_MS = 24 * HOUR_MS;
const REVIEWERS: readonly Role[] = ["approver", "compliance", "auditor", "admin"];
const SWEEP_EVERY_MS = 30_000;

/**
 * The door for one person in an emergency: it only stops. It asks nobody, and nothing of the system but the action itself,
 * so it opens while approvers are silent and while the system hangs; everybody is called, and somebody else must look at
 * it within a day.
 */
export class BreakGlass implements AsyncDisposable {
  readonly #options: BreakGlassOptions;
  readonly #stopping = new AbortController();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: BreakGlassOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, logger } = this.#options;
    const work = async () => {
      try {
        await this.sweep();
      } catch (error) {
        logger.error({ error }, "Overdue reviews of break-glass could not be told");
      }
    };
    this.#sweeping = repeat(work, { clock, everyMs: SWEEP_EVERY_MS, signal: this.#stopping.signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#sweeping;
  }

  /** Stops it now. A proof is always asked for anew; the record and the pages are written before the system is asked. */
  async open(order: ActionOrder, actor: Actor): Promise<Result<ActionRun, BreakGlassRefusal>> {
    const done = await this.#open(order, actor);
    if (done.ok) this.#announce(done.value.id);
    else await this.#options.actions.noteRefused(order, actor.signer, done.refusal.code);
    return done;
  }

  async #open(order: ActionOrder, actor: Actor): Promise<Result<ActionRun, BreakGlassRefusal>> {
    const { catalogue, policies, actions } = this.#options;
    const entry = catalogue.find(order.action);
    if (entry === undefined) return refuse({ code: "UNKNOWN_ACTION" });
    if (entry.description.direction !== "stop") return refuse({ code: "NOT_A_STOP" });
    const params = checkOrder(entry, order.params);
    if (!params.ok) return params;
    const { roles } = policies.resolve(entry, { params: order.params }).agreement;
    if (!roles.some((role) => holdsRole(actor.signer.roles, role))) return refuse({ code: "ROLE_MISSING" });
    if (actor.proof === undefined) return refuse({ code: "TOTP_REQUIRED" });
    const sentence = sentenceOf(entry.description, order.params);
    return await actions.alone(entry, order, {
      actor,
      door: "break-glass",
      record: async (transaction, run) => {
        const reviewDueAt = addMs(run.startedAt, REVIEW_WITHIN_MS);
        await insertUse(transaction, { runId: run.id, sentence, openedAt: run.startedAt, reviewDueAt });
        return { action: "break_glass.opened", details: { reviewDueAt: formatInstant(reviewDueAt) } };
      },
    });
  }

  /** What waits for a review first. */
  async list(filter: { readonly isReviewed?: boolean; readonly limit: number }): Promise<readonly BreakGlassUse[]> {
    return await findUses(this.#options.database, filter);
  }

  /** Somebody else has looked at it, and says what they found. */
  async review(id: string, reviewer: Signer, note: string): Promise<Result<BreakGlassUse, ReviewRefusal>> {
    const { database, alerts } = this.#options;
    const reviewed = await database.transaction((transaction) => this.#review(transaction, id, { reviewer, note }));
    if (!reviewed.ok) return reviewed;
    this.#announce(id);
    if (reviewed.value.overdueToldAt !== null) {
      await alerts().settle(alertOf(reviewed.value), `${reviewer.name} reviewed it.`);
    }
    return reviewed;
  }

  /** Tells of reviews whose time is over; whoever cannot wait for the next half minute calls it. */
  async sweep(): Promise<void> {
    const { database, clock, alerts } = this.#options;
    for (const use of await findUses(database, { overdueAt: clock.now() })) {
      await alerts().raise({ ...alertOf(use), ...overdueText(use) });
      await noteOverdueTold(database, use.run.id, clock.now());
      this.#announce(use.run.id);
    }
  }

  async #review(
    transaction: Sql,
    id: string,
    { reviewer, note }: { readonly reviewer: Signer; readonly note: string },
  ): Promise<Result<BreakGlassUse, ReviewRefusal>> {
    const { clock, audit, pager } = this.#options;
    const use = await lockUse(transaction, id);
    if (use === undefined) return refuse({ code: "NOT_FOUND" });
    if (use.review !== null) return refuse({ code: "ALREADY_REVIEWED" });
    if (use.run.bound.requester.id === reviewer.personId) return refuse({ code: "REVIEWER_ACTED" });
    if (!REVIEWERS.some((role) => holdsRole(reviewer.roles, role))) return refuse({ code: "ROLE_MISSING" });
    const by = { id: reviewer.personId, name: reviewer.name };
    const review = { by, at: clock.now(), note };
    await writeReview(transaction, id, review);
    await pager.actionReviewed(transaction, { runId: id, sentence: use.sentence, by, note });
    const { incidentId, digest } = use.run;
    await audit.append(transaction, {
      actor: { kind: "person", ...by },
      action: "break_glass.reviewed",
      target: use.run.system,
      details: { run: id, digest, note },
      ...(incidentId === null ? {} : { incidentId }),
    });
    return accept({ ...use, review });
  }

  #announce(id: string): void {
    this.#options.events.publish({ topic: "approvals", id });
  }
}

function alertOf({ run }: BreakGlassUse) {
  return { source: "break-glass", system: run.system, name: "BREAK_GLASS_NOT_REVIEWED", key: run.id } as const;
}

function overdueText({ run, sentence }: BreakGlassUse): Omit<RaisedAlert, keyof SettledAlert> {
  const summary = `${run.bound.requester.name} used break-glass (${sentence}) and nobody has reviewed it in time.`;
  return { severity: "high", summary, runbook: null, labels: { run: run.id, action: run.bound.action } };
}
