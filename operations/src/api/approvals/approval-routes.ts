import { answer, type Route, route } from "@assay/platform/http/route";
import { type Refused, type Result, refuse } from "@assay/primitives/result";
import type { ApprovalRecord } from "../../approvals/approval-store.ts";
import type { Approvals, SignRefusal } from "../../approvals/approvals.ts";
import type { Identity } from "../../identity/identity.ts";
import { anyService, type Principal, person, signedIn } from "../../identity/principal.ts";
import { givenProof } from "../identity/given-proof.ts";
import { explain, SECOND_FACTOR_REFUSALS } from "../identity/refusal-detail.ts";
import {
  approvalSchema,
  approvalsQuery,
  approvalsSchema,
  approveBody,
  cancelBody,
  confirmBody,
  refuseBody,
  requestApprovalBody,
} from "../schema/approvals.ts";
import { idParams } from "../schema/identity.ts";
import { APPROVAL_REFUSALS, approvalView, signerOf } from "./approval-view.ts";

export function approvalRoutes(options: {
  readonly approvals: Approvals;
  readonly identity: Identity;
}): Route<Principal>[] {
  const { approvals, identity } = options;
  return [
    listRoute(approvals),
    requestRoute(approvals, identity),
    readRoute(approvals),
    confirmRoute(approvals),
    approveRoute(approvals),
    refuseRoute(approvals),
    cancelRoute(approvals),
  ];
}

const refusals = { ...APPROVAL_REFUSALS, ...SECOND_FACTOR_REFUSALS } as const;

function changed(result: Result<ApprovalRecord, SignRefusal>) {
  return result.ok ? answer(200, approvalView(result.value)) : explain(result);
}

function listRoute(approvals: Approvals): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/approvals",
    summary: "Requests for agreement, newest first",
    access: person("viewer"),
    query: approvalsQuery,
    replies: { 200: approvalsSchema },
    async handle({ query }) {
      const found = await approvals.list({ open: query.state === "open", limit: query.limit });
      return answer(200, { approvals: found.map(approvalView) });
    },
  });
}

function requestRoute(approvals: Approvals, identity: Identity): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/approvals",
    summary: "A system asks on behalf of a person who called it; the person confirms at the plane",
    access: anyService,
    body: requestApprovalBody,
    replies: { 202: approvalSchema },
    refusals: { ...refusals, REQUESTER_TOKEN_INVALID: 403 },
    async handle({ principal, body }) {
      const { requesterToken, ...order } = body;
      const requester = await identity.tokens.requester(requesterToken, principal.name);
      if (!requester.ok) {
        return refuse({ code: "REQUESTER_TOKEN_INVALID", detail: "The person's token is not good for this system." });
      }
      if (!body.action.startsWith(`${principal.name}.`)) return refuse({ code: "FORBIDDEN" });
      const { id, name, roles } = requester.value;
      const requested = await approvals.request(order, { personId: id, name, roles });
      return requested.ok ? answer(202, approvalView(requested.value)) : explain(requested);
    },
  });
}

function readRoute(approvals: Approvals): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/approvals/:id",
    summary: "One request with everything that is hashed",
    access: person("viewer"),
    params: idParams,
    replies: { 200: approvalSchema },
    async handle({ params }) {
      const approval = await approvals.get(params.id);
      return approval === undefined ? notFound() : answer(200, approvalView(approval));
    },
  });
}

function confirmRoute(approvals: Approvals): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/approvals/:id/confirm",
    summary: "The requester's own signature, with a fresh code; it never counts as an approval",
    access: signedIn,
    params: idParams,
    body: confirmBody,
    replies: { 200: approvalSchema },
    refusals,
    async handle({ principal, params, body }) {
      return changed(await approvals.confirm(params.id, signerOf(principal), givenProof(body)!));
    },
  });
}

function approveRoute(approvals: Approvals): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/approvals/:id/approve",
    summary: "Agree, with a fresh code and the digest computed from what was shown; the last one runs the action",
    access: signedIn,
    params: idParams,
    body: approveBody,
    replies: { 200: approvalSchema },
    refusals,
    // The system has thirty seconds, and its answer must still be written.
    timeoutMs: 60_000,
    isSlow: true,
    async handle({ principal, params, body }) {
      return changed(
        await approvals.approve(params.id, signerOf(principal), { proof: givenProof(body)!, digest: body.digest }),
      );
    },
  });
}

function refuseRoute(approvals: Approvals): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/approvals/:id/refuse",
    summary: "Say no, with a reason; one is enough",
    access: signedIn,
    params: idParams,
    body: refuseBody,
    replies: { 200: approvalSchema },
    refusals,
    async handle({ principal, params, body }) {
      return changed(await approvals.refuse(params.id, signerOf(principal), body.reason));
    },
  });
}

function cancelRoute(approvals: Approvals): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/approvals/:id/cancel",
    summary: "The requester takes the request back",
    access: signedIn,
    params: idParams,
    body: cancelBody,
    replies: { 200: approvalSchema },
    refusals,
    async handle({ principal, params }) {
      return changed(await approvals.cancel(params.id, signerOf(principal)));
    },
  });
}

function notFound(): Refused<{ readonly code: "NOT_FOUND" }> {
  return refuse({ code: "NOT_FOUND" });
}
