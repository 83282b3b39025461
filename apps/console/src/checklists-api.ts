import {
  checklistListSchema,
  type RoundView,
  roundDetailSchema,
  roundListSchema,
} from "@assay/operations/api/schema/checklists";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";

export const checklistsQuery = queryOptions({
  queryKey: ["checklists", "declared"],
  refetchInterval: 60_000,
  queryFn: async () => (await request("/api/checklists", { schema: checklistListSchema })).checklists,
});

export const roundsQuery = (state: "open" | "all") =>
  queryOptions({
    queryKey: ["checklists", "rounds", state],
    refetchInterval: 15_000,
    queryFn: async (): Promise<RoundView[]> =>
      (await request(`/api/checklists/rounds?state=${state}&limit=50`, { schema: roundListSchema })).rounds,
  });

export const roundQuery = (id: string) =>
  queryOptions({
    queryKey: ["checklists", "round", id],
    refetchInterval: 15_000,
    queryFn: () => request(`/api/checklists/rounds/${encodeURIComponent(id)}`, { schema: roundDetailSchema }),
  });

function post(path: string, body: unknown) {
  return request(`/api/checklists/rounds/${path}`, { method: "POST", body, schema: roundDetailSchema });
}

export interface TickGiven {
  readonly item: string;
  readonly verdict?: "passed" | "failed";
  readonly note: string;
}

export function tickItem(id: string, { item, ...body }: TickGiven) {
  return post(`${encodeURIComponent(id)}/items/${encodeURIComponent(item)}`, body);
}

export function lookAgain(id: string) {
  return post(`${encodeURIComponent(id)}/run`, {});
}

export function signRound(id: string, note: string) {
  return post(`${encodeURIComponent(id)}/sign`, { note });
}

export const VERDICT_TONES: Record<"passed" | "failed" | "inconclusive", Tone> = {
  passed: "good",
  failed: "critical",
  inconclusive: "unknown",
};

export const ROUND_TONES: Record<RoundView["state"], Tone> = {
  open: "info",
  overdue: "critical",
  signed: "good",
  "signed late": "warning",
};
