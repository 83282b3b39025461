import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import { approvalCodeOf } from "../../approvals/approval-notice.ts";
import { type Principal, person, signedIn } from "../../identity/principal.ts";
import type { StandingApprovals } from "../../standing/standing.ts";
import type { StandingApproval } from "../../standing/standing-store.ts";
import { signerOf } from "../approvals/approval-view.ts";
import { explain } from "../identity/refusal-detail.ts";
import { idParams } from "../schema/identity.ts";
import { revokeBody, type StandingView, standingListSchema, standingSchema } from "../schema/standing.ts";

export interface StandingApi {
  readonly standing: StandingApprovals;
  readonly clock: Clock;
}

const MOST_LISTED = 200;

export function standingRoutes(api: StandingApi): Route<Principal>[] {
  return [listRoute(api), revokeRoute(api)];
}

function listRoute({ standing, clock }: StandingApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/standing-approvals",
    summary: "What people agreed to beforehand; the one that ends last first",
    access: person("viewer"),
    replies: { 200: standingListSchema },
    async handle() {
      const found = await standing.list(MOST_LISTED);
      return answer(200, { standing: found.map((one) => standingView(one, clock.now())) });
    },
  });
}

function revokeRoute({ standing, clock }: StandingApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/standing-approvals/:id/revoke",
    summary: "End it now; one person is enough",
    access: signedIn,
    params: idParams,
    body: revokeBody,
    replies: { 200: standingSchema },
    refusals: { ALREADY_REVOKED: 409, ROLE_MISSING: 403 },
    async handle({ principal, params, body }) {
      const revoked = await standing.revoke(params.id, signerOf(principal), body.reason);
      return revoked.ok ? answer(200, standingView(revoked.value, clock.now())) : explain(revoked);
    },
  });
}

function standingView(standing: StandingApproval, now: Instant): StandingView {
  const { id, approvalId, digest, system, action, environment, runbook, constraints, revoked } = standing;
  const { people, roles, reason, uses, usesAllowed } = standing;
  return {
    ...{ id, approvalId, digest, system, action, environment, runbook, constraints, people, reason },
    ...{ uses, usesAllowed, roles: [...roles], state: stateOf(standing, now), code: approvalCodeOf(standing) },
    madeAt: formatInstant(standing.madeAt),
    endsAt: formatInstant(standing.endsAt),
    revoked: revoked && { ...revoked, at: formatInstant(revoked.at) },
  };
}

function stateOf({ revoked, endsAt, uses, usesAllowed }: StandingApproval, now: Instant): StandingView["state"] {
  if (revoked !== null) return "revoked";
  if (now >= endsAt) return "ended";
  return uses >= usesAllowed ? "used up" : "in force";
}
