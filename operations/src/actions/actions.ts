import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { MINUTE_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Refusal, type Result, refuse } from "@assay/primitives/result";
import type { Signer } from "../approvals/approval.ts";
import { sentenceOf } from "../approvals/approval-digest.ts";
import type { ApprovalJournal } from "../approvals/approval-journal.ts";
import type { ApprovalRecord } from "../approvals/approval-store.ts";
import type { Approvals, SignRefusal } from "../approvals/approvals.ts";
import type { ActionNotice, Pager } from "../approvals/pager.ts";
import type { ActionPolicy, DualControlPolicy } from "../approvals/policy.ts";
import type { PolicyTable } from "../approvals/policy-table.ts";
import type { RequestRefusal } from "../approvals/request-approval.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { PersonPrincipal } from "../identity/principal.ts";
import { holdsRole, missingRoles } from "../identity/roles.ts";
import type { StepUp, StepUpProof } from "../identity/step-up.ts";
import type { IncidentTimeline } from "../incidents/incidents.ts";
import type { StandingApprovals, StandingRefusal } from "../standing/standing.ts";
import type { StandingApproval } from "../standing/standing-store.ts";
import type { ActionCatalogue, CatalogueAction } from "./action-catalogue.ts";
import { type ActionOrder, bindAction } from "./action-order.ts";
import { checkOrder } from "./action-params.ts";
import { type ActionRun, findRunByKey, findUnsettledRuns, insertRun, settleRun } from "./action-run-store.ts";
import type { ActionResult, ActionRunner } from "./action-runner.ts";

export interface ActionsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly pager: Pager;
  readonly timeline: IncidentTimeline;
  readonly catalogue: ActionCatalogue;
  readonly policies: PolicyTable;
  readonly stepUp: StepUp;
  readonly approvals: Approvals;
  readonly standing: StandingApprovals;
  readonly journal: ApprovalJournal;
  readonly runner: ActionRunner;
}

/** Who acts, and how they prove it: a code, a passkey, or a session that was stepped up a moment ago. */
export interface Actor {
  readonly signer: Signer;
  readonly proof: StepUpProof | undefined;
  readonly session: PersonPrincipal | undefined;
}

export type Performed =
  | { readonly kind: "done"; readonly run: ActionRun }
  /** Others must agree first; the approval carries the outcome later. */
  | { readonly kind: "awaiting"; readonly approval: ApprovalRecord };

export type PerformRefusal = RequestRefusal | SignRefusal | { readonly code: "TOTP_REQUIRED" };

/** What the audit log says of a door, beside the run. */
export interface DoorEntry {
  readonly action: string;
  readonly details: JsonObject;
}

export interface AloneOptions<R extends Refusal> {
  readonly actor: Actor;
  /** Undefined: nobody is told. */
  readonly door: ActionNotice["door"] | undefined;
  /** In the transaction that begins the run, before the proof is used up; a refusal begins nothing. */
  readonly check?: (transaction: Sql) => Promise<Result<void, R>>;
  /** In the same transaction, once the run is there. */
  readonly record?: (transaction: Sql, run: ActionRun) => Promise<DoorEntry>;
}

const ALONE_LIFETIME_MS = MINUTE_MS;

/** Typed operations of the systems: one person does what the policy lets one person do, everything else asks others. */
export class Actions {
  readonly #options: ActionsOptions;

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /** Undefined when no system has such an action. */
  policy(action: string, raisedTo?: number): ActionPolicy | undefined {
    const { catalogue, policies } = this.#options;
    const entry = catalogue.find(action);
    return entry === undefined ? undefined : policies.resolve(entry, { raised: { people: raisedTo } });
  }

  /** How many people must sign it now: one where others agreed to exactly this beforehand. */
  async peopleFor(order: ActionOrder): Promise<number | undefined> {
    const { catalogue, policies, standing } = this.#options;
    const entry = catalogue.find(order.action);
    if (entry === undefined) return undefined;
    const policy = policies.resolve(entry, { params: order.params, raised: { people: order.people } });
    if (policy.agreement.kind === "one-person") return 1;
    return (await standing.find(entry, order, policy)) === undefined ? policy.agreement.people : 1;
  }

  /** A refusal of something dangerous is recorded like what was done. */
  async perform(order: ActionOrder, actor: Actor): Promise<Result<Performed, PerformRefusal | StandingRefusal>> {
    const done = await this.#perform(order, actor);
    if (!done.ok) await this.noteRefused(order, actor.signer, done.refusal.code);
    return done;
  }

  /** So that somebody who tries doors is seen; a missing code is only asked for. */
  async noteRefused(order: ActionOrder, by: Signer, code: string): Promise<void> {
    const { catalogue, journal } = this.#options;
    const entry = catalogue.find(order.action);
    if (entry?.description.effect !== "danger" || code === "TOTP_REQUIRED") return;
    const about = { action: order.action, target: entry.system, incidentId: order.incidentId ?? null };
    await journal.recordAttempt(about, by, { what: "perform", code, reason: order.reason });
  }

  async #perform(order: ActionOrder, actor: Actor): Promise<Result<Performed, PerformRefusal | StandingRefusal>> {
    const { catalogue, approvals, policies } = this.#options;
    const entry = catalogue.find(order.action);
    if (entry === undefined) return refuse({ code: "UNKNOWN_ACTION" });
    const params = checkOrder(entry, order.params);
    if (!params.ok) return params;
    await policies.refresh();
    const raised = { people: order.people };
    const decided = policies.resolve(entry, { params: order.params, raised });
    const policy = decided.agreement;
    if (policy.kind === "dual-control") {
      const standing = await this.#options.standing.find(entry, order, decided);
      if (standing !== undefined)
        return await this.#underStanding(standing, { entry, order, actor, agreement: policy });
      const requested = await approvals.request(order, actor.signer, actor.proof);
      return requested.ok ? accept({ kind: "awaiting", approval: requested.value }) : requested;
    }
    if (missingRoles(policy.roles, [actor.signer]).length > 0) return refuse({ code: "ROLE_MISSING" });
    const { description } = entry;
    const done = await this.alone(entry, order, { actor, door: description.pagesEveryone ? "policy" : undefined });
    return done.ok ? accept({ kind: "done", run: done.value }) : done;
  }

  /** What an earlier process began may or may not have happened: nobody knows, and nothing is repeated. */
  async settleAbandoned(): Promise<void> {
    for (const run of await findUnsettledRuns(this.#options.database)) {
      await this.#settle(run, { succeeded: false, outcome: { code: "OUTCOME_UNKNOWN", answer: null } });
    }
  }

  /** Runs what one person may do: because the policy says so, or through the door that `how` names. Roles are the caller's. */
  async alone<R extends Refusal = never>(
    entry: CatalogueAction,
    order: ActionOrder,
    how: AloneOptions<R>,
  ): Promise<Result<ActionRun, PerformRefusal | R>> {
    const { database, runner } = this.#options;
    const begun = await database.transaction((transaction) => this.#begin(transaction, { entry, order, how }));
    if (!begun.ok) return begun;
    const { run, isNew } = begun.value;
    if (!isNew) return accept(run);
    const { id, bound, digest, reason, incidentId } = run;
    const result = await runner.run({ id, entry, bound, digest, reason, approvers: [], incidentId });
    return accept(await this.#settle(run, result));
  }

  /** One person with one of its roles, and a proof of their own; the others agreed beforehand and are told. */
  async #underStanding(
    standing: StandingApproval,
    asked: {
      readonly entry: CatalogueAction;
      readonly order: ActionOrder;
      readonly actor: Actor;
      readonly agreement: DualControlPolicy;
    },
  ): Promise<Result<Performed, PerformRefusal | StandingRefusal>> {
    const { entry, order, actor } = asked;
    const { standing: approvals } = this.#options;
    if (!standing.roles.some((role) => holdsRole(actor.signer.roles, role))) return refuse({ code: "ROLE_MISSING" });
    const done = await this.alone(entry, order, {
      actor,
      door: "standing approval",
      check: (transaction) => approvals.check(transaction, standing.id, asked),
      record: (transaction, run) => approvals.use(transaction, standing, run),
    });
    return done.ok ? accept({ kind: "done", run: done.value }) : done;
  }

  async #begin<R extends Refusal>(
    transaction: Sql,
    given: { readonly entry: CatalogueAction; readonly order: ActionOrder; readonly how: AloneOptions<R> },
  ): Promise<Result<{ readonly run: ActionRun; readonly isNew: boolean }, PerformRefusal | R>> {
    const { entry, order, how } = given;
    const { actor } = how;
    if (order.key !== undefined) {
      const known = await findRunByKey(transaction, order.key);
      if (known !== undefined) return accept({ run: known, isNew: false });
    }
    const checked = await how.check?.(transaction);
    if (checked?.ok === false) return checked;
    const proved = await this.#prove(transaction, entry, actor);
    if (!proved.ok) return proved;
    const run = this.#newRun(entry, order, actor.signer);
    await insertRun(transaction, run);
    const entryOf = await how.record?.(transaction, run);
    await this.#noteDoor(transaction, { run, entry, door: how.door, entryOf });
    return accept({ run, isNew: true });
  }

  /** Pages first: the audit log is locked from its entry to the commit. */
  async #noteDoor(
    transaction: Sql,
    noted: {
      readonly run: ActionRun;
      readonly entry: CatalogueAction;
      readonly door: ActionNotice["door"] | undefined;
      readonly entryOf: DoorEntry | undefined;
    },
  ): Promise<void> {
    const { run, entry, door, entryOf } = noted;
    const { id, system, bound, digest, reason, incidentId } = run;
    if (door !== undefined) {
      const sentence = sentenceOf(entry.description, bound.params);
      const notice = { runId: id, system, action: bound.action, sentence, reason, incidentId };
      await this.#options.pager.actionTaken(transaction, { ...notice, by: bound.requester, door });
    }
    if (entryOf === undefined) return;
    await this.#options.audit.append(transaction, {
      actor: { kind: "person", ...bound.requester },
      action: entryOf.action,
      target: system,
      details: { ...entryOf.details, run: id, digest, reason, action: bound.action, params: bound.params },
      ...(incidentId === null ? {} : { incidentId }),
    });
  }

  async #prove(
    transaction: Sql,
    { description }: CatalogueAction,
    { signer, proof, session }: Actor,
  ): Promise<Result<void, PerformRefusal>> {
    const { stepUp } = this.#options;
    if (description.effect !== "danger") return accept(undefined);
    if (session !== undefined) return await stepUp.require(transaction, session, proof);
    if (proof === undefined) return refuse({ code: "TOTP_REQUIRED" });
    const proved = await stepUp.verify(signer.personId, proof, { purpose: { kind: "act" }, transaction });
    return proved.ok ? accept(undefined) : proved;
  }

  #newRun(entry: CatalogueAction, order: ActionOrder, signer: Signer): ActionRun {
    const { clock, random } = this.#options;
    const now = clock.now();
    const requester = { id: signer.personId, name: signer.name };
    const { bound, digest } = bindAction({ entry, order, requester, now, lifetimeMs: ALONE_LIFETIME_MS, random });
    return {
      id: newId("act", now, random),
      system: entry.system,
      bound,
      digest,
      reason: order.reason,
      incidentId: order.incidentId ?? null,
      requestKey: order.key ?? null,
      state: "running",
      startedAt: now,
      endedAt: null,
      outcome: null,
    };
  }

  async #settle(run: ActionRun, { succeeded, outcome }: ActionResult): Promise<ActionRun> {
    const { database, clock, audit, logger } = this.#options;
    const settled: ActionRun = { ...run, state: succeeded ? "executed" : "failed", endedAt: clock.now(), outcome };
    const { id, bound, digest, incidentId } = settled;
    try {
      await database.transaction(async (transaction) => {
        if (!(await settleRun(transaction, settled))) return;
        await audit.append(transaction, {
          actor: { kind: "person", ...bound.requester },
          action: `${bound.action}.${settled.state}`,
          target: bound.target,
          details: { id, digest, outcome },
          ...(incidentId === null ? {} : { incidentId }),
        });
      });
    } catch (error) {
      // The person must still hear what happened; the next start settles the row as unknown.
      logger.error({ error, run_id: id }, "The outcome of an action could not be written");
    }
    await this.#tell(settled);
    return settled;
  }

  async #tell({ id, bound, digest, incidentId, reason, state, outcome }: ActionRun): Promise<void> {
    if (incidentId === null) return;
    try {
      await this.#options.timeline.append(incidentId, {
        kind: "approval",
        actor: { kind: "person", ...bound.requester },
        summary: `${bound.requester.name} did ${bound.action}: ${state} (${outcome?.code})`,
        details: { run: id, digest, reason, params: bound.params, outcome },
      });
    } catch (error) {
      this.#options.logger.error({ error, run_id: id }, "The incident's timeline lacks an action");
    }
  }
}
