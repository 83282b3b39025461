import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { addMs, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CatalogueAction } from "../actions/action-catalogue.ts";
import { type ActionOrder, descriptionDigest } from "../actions/action-order.ts";
import type { ActionRun } from "../actions/action-run-store.ts";
import type { DoorEntry } from "../actions/actions.ts";
import type { Signer } from "../approvals/approval.ts";
import { findApprovals } from "../approvals/approval-store.ts";
import { canFillRoles } from "../approvals/fill-roles.ts";
import type { ActionPolicy, DualControlPolicy } from "../approvals/policy.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { findActive } from "../identity/people-store.ts";
import { holdsRole } from "../identity/roles.ts";
import { type Constraints, meetsConstraints } from "./param-constraints.ts";
import {
  findStanding,
  insertStanding,
  lockStanding,
  recordUse,
  type StandingApproval,
  writeRevocation,
} from "./standing-store.ts";

export interface StandingOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
}

export interface NewStanding {
  readonly approval: { readonly id: string; readonly digest: string };
  readonly runbook: { readonly id: string; readonly sha256: string };
  readonly constraints: Constraints;
  readonly lastsMs: number;
  readonly usesAllowed: number;
  readonly reason: string;
}

export type StandingRefusal = { readonly code: "STANDING_APPROVAL_ENDED" };
export type RevokeRefusal = { readonly code: "NOT_FOUND" | "ALREADY_REVOKED" | "ROLE_MISSING" };

/**
 * Agreement given beforehand: for one action, its parameters, one environment and one text of a runbook, for some days and
 * some uses. It counts in runs alone, where the plane itself knows the runbook.
 */
export class StandingApprovals {
  readonly #options: StandingOptions;

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  /** From an approval that was just executed. */
  async create(entry: CatalogueAction, wanted: NewStanding): Promise<StandingApproval> {
    const { database, clock, random } = this.#options;
    const { approval, runbook, constraints, lastsMs, usesAllowed, reason } = wanted;
    const [agreed] = await findApprovals(database, { id: approval.id });
    const now = clock.now();
    const made: StandingApproval = {
      ...{ id: newId<string>("sta", now, random), approvalId: approval.id, digest: approval.digest },
      ...{ system: entry.system, action: entry.description.name, environment: entry.environment },
      ...{ runbook, constraints, description: descriptionDigest(entry.description), reason },
      ...{ people: agreed!.policy.people, roles: agreed!.policy.roles, madeAt: now, endsAt: addMs(now, lastsMs) },
      ...{ usesAllowed, uses: 0, revoked: null },
    };
    await insertStanding(database, made);
    this.#announce(made.id);
    return made;
  }

  /** The one that covers what a run asks for now. */
  async find(entry: CatalogueAction, order: ActionOrder, policy: ActionPolicy): Promise<StandingApproval | undefined> {
    if (order.run === undefined || policy.neverStanding || policy.agreement.kind !== "dual-control") return undefined;
    const { database, clock } = this.#options;
    const now = clock.now();
    const { agreement } = policy;
    const inForce = await findStanding(database, { action: order.action, inForceAt: now });
    for (const one of inForce) {
      if (covers(one, { entry, order, agreement, now }) && (await signersStand(database, one))) return one;
    }
    return undefined;
  }

  /** Looks again, while nobody else can use it. */
  async check(
    transaction: Sql,
    id: string,
    asked: { readonly entry: CatalogueAction; readonly order: ActionOrder; readonly agreement: DualControlPolicy },
  ): Promise<Result<void, StandingRefusal>> {
    const standing = await lockStanding(transaction, id);
    const now = this.#options.clock.now();
    const stands =
      standing !== undefined && covers(standing, { ...asked, now }) && (await signersStand(transaction, standing));
    return stands ? accept(undefined) : refuse({ code: "STANDING_APPROVAL_ENDED" });
  }

  async use(transaction: Sql, standing: StandingApproval, run: ActionRun): Promise<DoorEntry> {
    await recordUse(transaction, { standingId: standing.id, runId: run.id, at: run.startedAt });
    this.#announce(standing.id);
    const { id, approvalId, uses, usesAllowed } = standing;
    const details = { standing: id, approval: approvalId, use: uses + 1, usesAllowed };
    return { action: "standing_approval.used", details };
  }

  async list(limit: number): Promise<readonly StandingApproval[]> {
    return await findStanding(this.#options.database, { limit });
  }

  /** At once, by one person who holds one of its roles: the stop direction. */
  async revoke(id: string, signer: Signer, reason: string): Promise<Result<StandingApproval, RevokeRefusal>> {
    const { database, clock, audit } = this.#options;
    const revoked = await database.transaction(
      async (transaction): Promise<Result<StandingApproval, RevokeRefusal>> => {
        const standing = await lockStanding(transaction, id);
        if (standing === undefined) return refuse({ code: "NOT_FOUND" });
        if (standing.revoked !== null) return refuse({ code: "ALREADY_REVOKED" });
        if (!standing.roles.some((role) => holdsRole(signer.roles, role))) return refuse({ code: "ROLE_MISSING" });
        const revocation = { at: clock.now(), by: signer.name, reason };
        await writeRevocation(transaction, id, revocation);
        await audit.append(transaction, {
          actor: { kind: "person", id: signer.personId, name: signer.name },
          action: "standing_approval.revoked",
          target: standing.system,
          details: { standing: id, approval: standing.approvalId, action: standing.action, reason },
        });
        return accept({ ...standing, revoked: revocation });
      },
    );
    if (revoked.ok) this.#announce(id);
    return revoked;
  }

  #announce(id: string): void {
    this.#options.events.publish({ topic: "approvals", id });
  }
}

/** Whoever agreed must still be here, and still hold the roles: a signature ends with its signer. */
async function signersStand(database: Sql, { approvalId, roles }: StandingApproval): Promise<boolean> {
  const [agreed] = await findApprovals(database, { id: approvalId });
  const signers = agreed?.signatures.map(({ personId }) => personId) ?? [];
  const present = await findActive(database, signers);
  return present.length === signers.length && canFillRoles(roles, present);
}

/** Everything at once: one thing that differs, and the others must be asked. */
function covers(
  standing: StandingApproval,
  asked: {
    readonly entry: CatalogueAction;
    readonly order: ActionOrder;
    readonly agreement: DualControlPolicy;
    readonly now: Instant;
  },
): boolean {
  const { entry, order, agreement, now } = asked;
  return (
    standing.revoked === null &&
    standing.uses < standing.usesAllowed &&
    now < standing.endsAt &&
    standing.action === order.action &&
    standing.system === entry.system &&
    standing.environment === entry.environment &&
    standing.description === descriptionDigest(entry.description) &&
    standing.runbook.id === order.runbook?.id &&
    standing.runbook.sha256 === order.runbook.sha256 &&
    agreement.people <= standing.people &&
    agreement.roles.every((role) => standing.roles.includes(role)) &&
    meetsConstraints(order.params, standing.constraints)
  );
}
