import { type DrillReportView, type DrillStatus, drillReportSchema } from "@assay/operations/api/schema/drills";
import {
  type ListedRunbookView,
  type PlannedStepView,
  plannedSchema,
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
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export type {
  DrillReportView,
  DrillStatus,
  ListedRunbookView,
  PlannedStepView,
  RunbookView,
  RunDetailView,
  RunView,
  StepRunView,
};

export const runbooksQuery = queryOptions({
  queryKey: ["systems", "runbooks"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/runbooks", { schema: runbookListSchema })).runbooks,
});

export interface RunbookPin {
  readonly system?: string | undefined;
  /** The text that a run was pinned to; without it the current one. */
  readonly version?: string | undefined;
}

export const runbookQuery = (id: string, { system, version }: RunbookPin = {}) =>
  queryOptions({
    queryKey: ["systems", "runbooks", id, system ?? "", version ?? ""],
    refetchInterval: 10_000,
    queryFn: () => {
      const query = new URLSearchParams();
      if (system !== undefined) query.set("system", system);
      if (version !== undefined) query.set("sha256", version);
      return request(`/api/runbooks/${id}?${query}`, { schema: runbookSchema });
    },
  });

/** What a run with these parameters would do; nothing is done. */
export const planQuery = (id: string, system: string, params: Params) =>
  queryOptions({
    queryKey: ["systems", "runbooks", id, "plan", system, params],
    queryFn: async () => {
      const body = { system, params };
      return (await request(`/api/runbooks/${id}/plan`, { method: "POST", body, schema: plannedSchema })).plan;
    },
  });

export const drillsQuery = queryOptions({
  queryKey: ["runs", "drills"],
  refetchInterval: 60_000,
  queryFn: () => request("/api/drills", { schema: drillReportSchema }),
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

export interface StartRun {
  readonly system: string;
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

export type Decision = RunDetailView["run"]["offers"][number];

/** The run ends the step that runs now and stops before the next. */
export function pauseRun(runId: string) {
  return request(`/api/runs/${runId}/pause`, { method: "POST", schema: z.unknown() });
}

export function decide(runId: string, decision: Decision, note: string) {
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
  readonly stepUp?: StepUpProofView;
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

/** What drills say of a runbook, in words. */
export const DRILL_STATES: Record<DrillStatus, { readonly tone: Tone; readonly word: string }> = {
  passed: { tone: "good", word: "passed" },
  failed: { tone: "critical", word: "failed" },
  outdated: { tone: "warning", word: "passed with an older text" },
  never: { tone: "unknown", word: "not drilled yet" },
  none: { tone: "neutral", word: "none" },
};

export const RUN_TONES: Record<RunDetailView["run"]["state"], Tone> = {
  running: "info",
  waiting_for_person: "warning",
  waiting_for_approval: "warning",
  stopped: "high",
  finished: "neutral",
  aborted: "neutral",
};
