import { type AlertView, alertListSchema, alertSchema } from "@assay/operations/api/schema/alerts";
import { notificationListSchema } from "@assay/operations/api/schema/delivery";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export type AlertStateFilter = "current" | "firing" | "pending" | "resolved" | "all";

export interface AlertFilter {
  readonly severity?: AlertView["severity"] | undefined;
  readonly system?: string | undefined;
}

export const alertsQuery = (state: AlertStateFilter, { severity, system }: AlertFilter = {}) =>
  queryOptions({
    queryKey: ["alerts", state, severity ?? "", system ?? ""],
    refetchInterval: 5_000,
    queryFn: async (): Promise<AlertView[]> => {
      const query = new URLSearchParams({ state, limit: "200" });
      if (severity !== undefined) query.set("severity", severity);
      if (system !== undefined) query.set("system", system);
      return (await request(`/api/alerts?${query}`, { schema: alertListSchema })).alerts;
    },
  });

/** Who was told of an alert, over which channel, and how that went. */
export const notificationsQuery = (id: string) =>
  queryOptions({
    queryKey: ["alerts", "notifications", id],
    refetchInterval: 5_000,
    queryFn: async () =>
      (await request(`/api/alerts/${encodeURIComponent(id)}/notifications`, { schema: notificationListSchema }))
        .notifications,
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ["alerts", "one", id],
    refetchInterval: 3_000,
    queryFn: (): Promise<AlertView> => request(`/api/alerts/${encodeURIComponent(id)}`, { schema: alertSchema }),
  });

export interface Acknowledging {
  readonly note: string;
  readonly minutes: number;
}

export function acknowledgeAlert(id: string, body: Acknowledging) {
  return request(`/api/alerts/${encodeURIComponent(id)}/acknowledge`, {
    method: "POST",
    body,
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
