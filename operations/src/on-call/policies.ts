import { accept, type Result, refuse } from "@assay/primitives/result";
import type { z } from "zod";
import type { EscalationPolicy, escalationPolicyInputSchema } from "../api/schema/on-call.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import { DEFAULT_POLICY, deletePolicy, listPolicies, savePolicy } from "./policy-store.ts";
import { listSchedules } from "./schedule-store.ts";
import type { Change, OnCallEdges } from "./schedules.ts";

export type PolicyInput = z.infer<typeof escalationPolicyInputSchema>;
export type PolicyRefusal = {
  readonly code: "CHANGED_MEANWHILE" | "UNKNOWN_PERSON" | "UNKNOWN_SCHEDULE" | "TOO_MANY";
};
export type RemovePolicyRefusal = { readonly code: "NOT_FOUND" | "POLICY_IN_USE" };

const MOST_POLICIES = 50;
/** Escalation policies as people change them; a page that is under way goes on by the new one. */
export class Policies {
  readonly #edges: OnCallEdges;

  constructor(edges: OnCallEdges) {
    this.#edges = edges;
  }

  list(): Promise<EscalationPolicy[]> {
    return listPolicies(this.#edges.database);
  }

  async save({ id, version, value, actor }: Change<PolicyInput>): Promise<Result<EscalationPolicy, PolicyRefusal>> {
    const { database, clock, audit, events, directory } = this.#edges;
    const saved = { id, ...value, version: version + 1 };
    const here = new Set((await directory.people()).map((person) => person.id));
    const targets = value.steps.flatMap((step) => step.targets);
    if (targets.some((target) => target.kind === "person" && !here.has(target.person)))
      return refuse({ code: "UNKNOWN_PERSON" });
    const outcome = await database.transaction(async (tx): Promise<Result<EscalationPolicy, PolicyRefusal>> => {
      const schedules = new Set((await listSchedules(tx)).map((schedule) => schedule.id));
      if (targets.some((target) => "schedule" in target && !schedules.has(target.schedule)))
        return refuse({ code: "UNKNOWN_SCHEDULE" });
      if (version === 0 && (await listPolicies(tx)).length >= MOST_POLICIES) return refuse({ code: "TOO_MANY" });
      if (!(await savePolicy(tx, saved, clock.now()))) return refuse({ code: "CHANGED_MEANWHILE" });
      const details = { version: saved.version, steps: value.steps };
      await audit.append(tx, { actor, action: "escalation_policy.changed", target: id, details });
      return accept(saved);
    });
    if (outcome.ok) events.publish({ topic: "on-call", id });
    return outcome;
  }

  async remove(id: string, actor: AuditActor): Promise<Result<void, RemovePolicyRefusal>> {
    if (id === DEFAULT_POLICY) return refuse({ code: "POLICY_IN_USE" });
    const { database, audit, events } = this.#edges;
    const isRemoved = await database.transaction(async (tx) => {
      if (!(await deletePolicy(tx, id))) return false;
      await audit.append(tx, { actor, action: "escalation_policy.removed", target: id, details: {} });
      return true;
    });
    if (!isRemoved) return refuse({ code: "NOT_FOUND" });
    events.publish({ topic: "on-call", id });
    return accept(undefined);
  }
}
