import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { ActionCatalogue } from "../../actions/action-catalogue.ts";
import type { BreakGlass } from "../../break-glass/break-glass.ts";
import type { BreakGlassUse } from "../../break-glass/break-glass-store.ts";
import { type Principal, person, signedIn } from "../../identity/principal.ts";
import { runView } from "../actions/action-routes.ts";
import { APPROVAL_REFUSALS, signerOf } from "../approvals/approval-view.ts";
import { givenProof } from "../identity/given-proof.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "../identity/refusal-detail.ts";
import { performedSchema } from "../schema/approvals.ts";
import {
  type BreakGlassUseView,
  breakGlassBody,
  breakGlassListSchema,
  breakGlassQuery,
  breakGlassUseSchema,
  reviewBody,
} from "../schema/break-glass.ts";
import { idParams } from "../schema/identity.ts";

export function breakGlassRoutes(options: {
  readonly breakGlass: BreakGlass;
  readonly catalogue: ActionCatalogue;
}): Route<Principal>[] {
  const { breakGlass, catalogue } = options;
  return [openRoute(breakGlass, catalogue), listRoute(breakGlass), reviewRoute(breakGlass)];
}

function openRoute(breakGlass: BreakGlass, catalogue: ActionCatalogue): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/break-glass",
    summary:
      "Stop something alone, now: with a reason and a fresh proof; everybody is called, somebody else reviews it",
    access: signedIn,
    body: breakGlassBody,
    replies: { 200: performedSchema },
    refusals: { ...APPROVAL_REFUSALS, ...SECOND_FACTOR_REFUSALS, NOT_A_STOP: 409 },
    // The system has thirty seconds, and its answer must still be written.
    timeoutMs: 60_000,
    isSlow: true,
    async handle({ principal, body }) {
      const { totp, stepUp, system, ...order } = body;
      if (system !== undefined && catalogue.find(order.action)?.system !== system) {
        return explain(refuse({ code: "UNKNOWN_ACTION" }));
      }
      const proof = givenProof({ totp, stepUp });
      const done = await breakGlass.open(order, { signer: signerOf(principal), proof, session: principal });
      if (!done.ok) return explain(done);
      const run = runView(done.value);
      return answer(200, { status: run.state === "executed" ? ("executed" as const) : ("failed" as const), run });
    },
  });
}

function listRoute(breakGlass: BreakGlass): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/break-glass",
    summary: "What was stopped by one person; what waits for a review first",
    access: person("viewer"),
    query: breakGlassQuery,
    replies: { 200: breakGlassListSchema },
    async handle({ query: { state, limit } }) {
      const uses = await breakGlass.list({ limit, ...(state === "open" ? { isReviewed: false } : {}) });
      return answer(200, { uses: uses.map(useView) });
    },
  });
}

function reviewRoute(breakGlass: BreakGlass): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/break-glass/:id/review",
    summary: "Somebody else has looked at it, and says what they found",
    access: signedIn,
    params: idParams,
    body: reviewBody,
    replies: { 200: breakGlassUseSchema },
    refusals: { ALREADY_REVIEWED: 409, REVIEWER_ACTED: 403, ROLE_MISSING: 403 },
    async handle({ principal, params, body }) {
      const reviewed = await breakGlass.review(params.id, signerOf(principal), body.note);
      return reviewed.ok ? answer(200, useView(reviewed.value)) : explain(reviewed);
    },
  });
}

function useView({ run, sentence, openedAt, reviewDueAt, review }: BreakGlassUse): BreakGlassUseView {
  return {
    run: runView(run),
    sentence,
    openedAt: formatInstant(openedAt),
    reviewDueAt: formatInstant(reviewDueAt),
    review: review && { by: { ...review.by }, at: formatInstant(review.at), note: review.note },
  };
}
