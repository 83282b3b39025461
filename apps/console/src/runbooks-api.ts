import {
  type PlannedStepView,
  plannedSchema,
  type RunbookSummaryView,
  type RunbookView,
  type RunDetailView,
  type RunView,
  runbookListSchema,
  runbookSchema,
  runDetailSchema,
  runListSchema,
  runSchema,
  type StepRunView,
} from "@assay/operations/api/schema/runbooks";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export type { PlannedStepView, RunbookView, RunDetailView, RunView, StepRunView };
export type RunbookSummary = RunbookSummaryView;

export const runbooksQuery = queryOptions({
  queryKey: ["systems", "runbooks"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/runbooks", { schema: runbookListSchema })).runbooks,
});

export const runbookQuery = (id: string) =>
  queryOptions({
    queryKey: ["systems", "runbooks", id],
    refetchInterval: 10_000,
    queryFn: () => request(`/api/runbooks/${id}`, { schema: runbookSchema }),
  });

export const runsQuery = (filter: Readonly<Record<string, string>>) =>
  queryOptions({
    queryKey: ["runs", filter],
    refetchInterval: 5_000,
    queryFn: async () =>
      (await request(`/api/runs?${new URLSearchParams({ limit: "50", ...filter })}`, { schema: runListSchema })).runs,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "one", id],
    refetchInterval: 2_000,
    queryFn: () => request(`/api/runs/${id}`, { schema: runDetailSchema }),
  });

export type Params = Readonly<Record<string, string | number | boolean>>;

export function planRunbook(id: string, params: Params) {
  return request(`/api/runbooks/${id}/plan`, { method: "POST", body: { params }, schema: plannedSchema });
}

export interface StartRun {
  readonly params: Params;
  readonly environment: string;
  readonly sha256: string;
  readonly incidentId?: string;
}

export function startRun(id: string, body: StartRun) {
  return request(`/api/runbooks/${id}/runs`, {
    method: "POST",
    body,
    schema: runSchema,
  });
}

export function decide(runId: string, decision: "retry" | "skip" | "rollback", note: string) {
  return request(`/api/runs/${runId}/continue`, {
    method: "POST",
    body: { decision, ...(note === "" ? {} : { note }) },
    schema: z.unknown(),
  });
}

export function abortRun(runId: string, reason: string) {
  return request(`/api/runs/${runId}/abort`, { method: "POST", body: { reason }, schema: z.unknown() });
}

export interface Signing {
  readonly items: readonly { readonly done: boolean; readonly note?: string }[];
  readonly note?: string;
  readonly totp?: string;
}

export function signStep(runId: string, step: string, body: Signing) {
  return request(`/api/runs/${runId}/steps/${step}/sign`, { method: "POST", body, schema: z.unknown() });
}

export const VERDICT_TONES: Record<"passed" | "failed" | "inconclusive" | "skipped", Tone> = {
  passed: "good",
  failed: "critical",
  inconclusive: "unknown",
  skipped: "neutral",
};

export const RUN_TONES: Record<RunDetailView["run"]["state"], Tone> = {
  running: "info",
  waiting_for_person: "warning",
  waiting_for_approval: "warning",
  stopped: "high",
  finished: "neutral",
  aborted: "neutral",
};
