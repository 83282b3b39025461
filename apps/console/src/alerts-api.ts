import { type AlertView, alertListSchema, alertSchema } from "@assay/operations/api/schema/alerts";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export const alertsQuery = (state: "current" | "all") =>
  queryOptions({
    queryKey: ["alerts", state],
    refetchInterval: 5_000,
    queryFn: async (): Promise<AlertView[]> =>
      (await request(`/api/alerts?state=${state}&limit=200`, { schema: alertListSchema })).alerts,
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ["alerts", "one", id],
    refetchInterval: 3_000,
    queryFn: (): Promise<AlertView> => request(`/api/alerts/${encodeURIComponent(id)}`, { schema: alertSchema }),
  });

export function acknowledgeAlert(id: string, note: string) {
  return request(`/api/alerts/${encodeURIComponent(id)}/acknowledge`, {
    method: "POST",
    body: { note },
    schema: z.unknown(),
  });
}

export const SEVERITY_TONES: Record<AlertView["severity"], Tone> = {
  info: "info",
  warning: "warning",
  high: "high",
  critical: "critical",
};

const RANK: Record<AlertView["severity"], number> = { critical: 0, high: 1, warning: 2, info: 3 };

/** Worst first, then oldest first; the order does not move under the pointer while neither changes. */
export function byUrgency(left: AlertView, right: AlertView): number {
  return RANK[left.severity] - RANK[right.severity] || left.startedAt.localeCompare(right.startedAt);
}
