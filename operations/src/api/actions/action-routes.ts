import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { z } from "zod";
import type { ActionCatalogue } from "../../actions/action-catalogue.ts";
import type { ActionRun } from "../../actions/action-run-store.ts";
import type { Actions } from "../../actions/actions.ts";
import type { PolicyTable } from "../../approvals/policy-table.ts";
import { type Principal, person, signedIn } from "../../identity/principal.ts";
import { APPROVAL_REFUSALS, approvalRequiredView, signerOf } from "../approvals/approval-view.ts";
import { givenProof } from "../identity/given-proof.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "../identity/refusal-detail.ts";
import {
  type ActionRunView,
  approvalRequiredSchema,
  performActionBody,
  performedSchema,
  policiesSchema,
  policyHistorySchema,
  type policyVersionSchema,
} from "../schema/approvals.ts";

const HISTORY_LENGTH = 100;

export function actionRoutes(options: {
  readonly actions: Actions;
  readonly catalogue: ActionCatalogue;
  readonly policies: PolicyTable;
}): Route<Principal>[] {
  const { actions, catalogue, policies } = options;
  return [performRoute(actions, catalogue), policiesRoute(catalogue, policies), policyHistoryRoute(policies)];
}

function performRoute(actions: Actions, catalogue: ActionCatalogue): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/actions",
    summary: "Do what one person may do, or ask those who must agree",
    access: signedIn,
    body: performActionBody,
    replies: { 200: performedSchema, 202: approvalRequiredSchema },
    refusals: { ...APPROVAL_REFUSALS, ...SECOND_FACTOR_REFUSALS },
    // The system has thirty seconds, and its answer must still be written.
    timeoutMs: 60_000,
    isSlow: true,
    async handle({ principal, body }) {
      const { totp, stepUp, system, ...order } = body;
      if (system !== undefined && catalogue.find(order.action)?.system !== system) {
        return explain(refuse({ code: "UNKNOWN_ACTION" }));
      }
      const done = await actions.perform(order, {
        signer: signerOf(principal),
        proof: givenProof({ totp, stepUp }),
        session: principal,
      });
      if (!done.ok) return explain(done);
      if (done.value.kind === "awaiting") return answer(202, approvalRequiredView(done.value.approval));
      const run = runView(done.value.run);
      return answer(200, { status: run.state === "executed" ? ("executed" as const) : ("failed" as const), run });
    },
  });
}

function policiesRoute(catalogue: ActionCatalogue, table: PolicyTable): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/policies",
    summary: "Every action with the people and roles that must agree to it",
    access: person("viewer"),
    replies: { 200: policiesSchema },
    async handle() {
      const policies = catalogue.list().map((entry) => {
        const { system, environment, description } = entry;
        const { name, title, sentence, blastRadius, undo, effect, direction, pagesEveryone, params } = description;
        const { agreement, expiresInMs, tellAgainMs, neverStanding, sources } = table.resolve(entry);
        return {
          ...{ action: name, system, environment, title, sentence, blastRadius, undo, effect, direction },
          ...{ pagesEveryone, params, expiresInMs, tellAgainMs, neverStanding, sources: [...sources] },
          people: agreement.kind === "one-person" ? 1 : agreement.people,
          roles: [...agreement.roles],
        };
      });
      return answer(200, { version: table.version, policies });
    },
  });
}

function policyHistoryRoute(table: PolicyTable): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/policies/history",
    summary: "Every change of the policy table, newest first, with the approval that made it",
    access: person("viewer"),
    replies: { 200: policyHistorySchema },
    async handle() {
      const versions = (await table.history(HISTORY_LENGTH)).map(({ version, change, approvalId, madeAt, reason }) => ({
        ...{ version, approvalId, reason, madeAt: formatInstant(madeAt) },
        change: change as z.input<typeof policyVersionSchema>["change"],
      }));
      return answer(200, { versions });
    },
  });
}

/** What one person did, as it is served. */
export function runView(run: ActionRun): ActionRunView {
  const { id, system, bound, state, digest, reason, startedAt, endedAt, outcome } = run;
  return {
    ...{ id, system, action: bound.action, state, digest, reason },
    requester: { ...bound.requester },
    startedAt: formatInstant(startedAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
    outcome: outcome as ActionRunView["outcome"],
  };
}
