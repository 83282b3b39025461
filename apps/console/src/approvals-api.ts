import {
  type ApprovalView,
  approvalRequiredSchema,
  approvalSchema,
  approvalsSchema,
  performedSchema,
  policiesSchema,
  policyHistorySchema,
  type policySchema,
} from "@assay/operations/api/schema/approvals";
import { breakGlassListSchema } from "@assay/operations/api/schema/break-glass";
import { standingListSchema } from "@assay/operations/api/schema/standing";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { proveByPasskey } from "./passkey-api.ts";

export type Policy = z.infer<typeof policySchema>;

/** Whether it still waits for somebody. */
export function isOpenApproval({ state }: Pick<ApprovalView, "state">): boolean {
  return state === "awaiting_requester" || state === "pending";
}

export const approvalsQuery = queryOptions({
  queryKey: ["approvals"],
  refetchInterval: 10_000,
  queryFn: async (): Promise<ApprovalView[]> =>
    (await request("/api/approvals?limit=100", { schema: approvalsSchema })).approvals,
});

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", id],
    refetchInterval: 3_000,
    queryFn: () => request(`/api/approvals/${id}`, { schema: approvalSchema }),
  });

const policyTable = {
  queryKey: ["systems", "policies"],
  refetchInterval: 10_000,
  queryFn: () => request("/api/policies", { schema: policiesSchema }),
};

export const policiesQuery = queryOptions({ ...policyTable, select: ({ policies }) => policies });
export const policyTableQuery = queryOptions(policyTable);

export const policyHistoryQuery = queryOptions({
  queryKey: ["approvals", "policy-history"],
  queryFn: async () => (await request("/api/policies/history", { schema: policyHistorySchema })).versions,
});

export const breakGlassQuery = queryOptions({
  queryKey: ["approvals", "break-glass"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/break-glass?limit=50", { schema: breakGlassListSchema })).uses,
});

export const standingQuery = queryOptions({
  queryKey: ["approvals", "standing"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/standing-approvals", { schema: standingListSchema })).standing,
});

export function reviewBreakGlass(id: string, note: string) {
  return request(`/api/break-glass/${id}/review`, { method: "POST", body: { note }, schema: z.unknown() });
}

export function revokeStanding(id: string, reason: string) {
  return request(`/api/standing-approvals/${id}/revoke`, { method: "POST", body: { reason }, schema: z.unknown() });
}

export function confirmRequest(id: string, stepUp: StepUpProofView) {
  return request(`/api/approvals/${id}/confirm`, { method: "POST", body: { stepUp }, schema: z.unknown() });
}

/** `digest` is what this browser computed from what it shows. */
export function approve(id: string, body: { stepUp: StepUpProofView; digest: string }) {
  return request(`/api/approvals/${id}/approve`, { method: "POST", body, schema: z.unknown() });
}

export function refuseApproval(id: string, reason: string) {
  return request(`/api/approvals/${id}/refuse`, { method: "POST", body: { reason }, schema: z.unknown() });
}

export function cancelApproval(id: string) {
  return request(`/api/approvals/${id}/cancel`, { method: "POST", body: {}, schema: z.unknown() });
}

export interface ActionRequest {
  readonly system: string;
  readonly action: string;
  readonly params: Record<string, unknown>;
  readonly reason: string;
  readonly stepUp?: StepUpProofView;
}

const outcomeSchema = z.union([performedSchema, approvalRequiredSchema]);

/** Runs an action, or asks the others for it: the answer says which. */
export function performAction(body: ActionRequest) {
  return request("/api/actions", { method: "POST", body, schema: outcomeSchema });
}

/** Asks the others, signed with a passkey: it covers the digest, so the request is made first and confirmed with it. */
export async function askWithPasskey(body: Omit<ActionRequest, "stepUp">) {
  const asked = await performAction(body);
  if (!("approval" in asked)) return asked;
  const { id, digest } = asked.approval;
  await confirmRequest(id, await proveByPasskey({ kind: "approval", digest }));
  return asked;
}

/** Stops it now, alone: everybody is called, and somebody else must review it. */
export function breakGlass(body: ActionRequest) {
  return request("/api/break-glass", { method: "POST", body, schema: performedSchema });
}
