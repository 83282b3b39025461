import {
  type ApprovalView,
  approvalRequiredSchema,
  approvalSchema,
  approvalsSchema,
  performedSchema,
  policiesSchema,
  type policySchema,
} from "@assay/operations/api/schema/approvals";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

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

export const policiesQuery = queryOptions({
  queryKey: ["systems", "policies"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/policies", { schema: policiesSchema })).policies,
});

export function confirmRequest(id: string, totp: string) {
  return request(`/api/approvals/${id}/confirm`, { method: "POST", body: { totp }, schema: z.unknown() });
}

/** `digest` is what this browser computed from what it shows. */
export function approve(id: string, body: { totp: string; digest: string }) {
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
  readonly totp?: string;
}

const outcomeSchema = z.union([performedSchema, approvalRequiredSchema]);

/** Runs an action, or asks the others for it: the answer says which. */
export function performAction(body: ActionRequest) {
  return request("/api/actions", { method: "POST", body, schema: outcomeSchema });
}
