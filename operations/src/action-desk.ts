import { accept, refuse } from "@assay/primitives/result";
import type { ActionOrder } from "./actions/action-order.ts";
import type { Actions, Performed } from "./actions/actions.ts";
import type { Signer } from "./approvals/approval.ts";
import type { Approvals } from "./approvals/approvals.ts";
import type { Identity } from "./identity/identity.ts";
import type { ActionDesk, DeskOutcome, DeskRequest } from "./runbooks/run/ports.ts";

/** Lets runs have actions done by the same doors as people: policies, second factors and approvals stay behind them. */
export function createActionDesk({
  actions,
  approvals,
  identity,
}: {
  readonly actions: Actions;
  readonly approvals: Approvals;
  readonly identity: Identity;
}): Omit<ActionDesk, "known"> {
  const signerOf = async ({ requester }: DeskRequest): Promise<Signer | undefined> => {
    const person = await identity.find(requester.id);
    return person && { personId: person.id, name: person.name, roles: person.roles };
  };
  return {
    people: async ({ action, raiseTo, params = {}, runbook }) =>
      await actions.peopleFor({ action, params, reason: "", people: raiseTo, runbook, run: true }),
    perform: async (request) => {
      const signer = await signerOf(request);
      if (signer === undefined) return refuse({ code: "REQUESTER_GONE" });
      const done = await actions.perform(orderOf(request), { signer, proof: undefined, session: undefined });
      return done.ok ? accept(outcomeOf(done.value)) : done;
    },
    performAlone: async (request, { principal, proof }) => {
      const { personId, name, roles } = principal;
      const actor = {
        signer: { personId, name, roles },
        proof: proof ?? undefined,
        session: principal,
      };
      const done = await actions.perform(orderOf(request), actor);
      return done.ok ? accept(outcomeOf(done.value)) : done;
    },
    request: async (request) => {
      const signer = await signerOf(request);
      if (signer === undefined) return refuse({ code: "REQUESTER_GONE" });
      const requested = await approvals.request(orderOf(request), signer);
      return requested.ok ? accept({ approvalId: requested.value.id }) : requested;
    },
    outcome: async (approvalId) => {
      const approval = await approvals.get(approvalId);
      if (approval === undefined) return undefined;
      const { state, outcome, reason } = approval;
      return { state, answer: outcome?.answer ?? null, reason: reason ?? (state === "failed" ? outcome!.code : null) };
    },
    cancel: async (approvalId, requester) => {
      await approvals.cancel(approvalId, { personId: requester.id, name: requester.name });
    },
  };
}

function orderOf(request: DeskRequest): ActionOrder {
  const { action, params, reason, runbook, step, raiseTo, incidentId, key } = request;
  return {
    action,
    params,
    reason,
    runbook,
    step,
    people: raiseTo,
    incidentId: incidentId ?? undefined,
    key,
    run: true,
  };
}

function outcomeOf(performed: Performed): DeskOutcome {
  // The policy asks for more people than the caller thought: whoever runs the step waits for the approval instead.
  if (performed.kind === "awaiting") return { state: performed.approval.state, answer: null, reason: null };
  const { state, outcome } = performed.run;
  return {
    state: state === "running" ? "failed" : state,
    answer: outcome?.answer ?? null,
    reason: state === "executed" ? null : (outcome?.code ?? "OUTCOME_UNKNOWN"),
  };
}
