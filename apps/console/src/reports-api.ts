import { reportListSchema, reportViewSchema } from "@assay/operations/api/schema/reports";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";

export const reportsQuery = queryOptions({
  queryKey: ["reports"],
  refetchInterval: 60_000,
  queryFn: () => request("/api/reports", { schema: reportListSchema }),
});

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ["reports", "one", id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => request(`/api/reports/${encodeURIComponent(id)}`, { schema: reportViewSchema }),
  });

export interface ReportWanted {
  readonly system: string;
  readonly name: string;
  readonly window: "day" | "week" | "month" | { readonly from: string; readonly to: string };
}

export function makeReport(body: ReportWanted) {
  return request("/api/reports", { method: "POST", body, schema: reportViewSchema });
}

export interface ScheduleWanted {
  readonly system: string;
  readonly name: string;
  readonly schedule: {
    readonly every: "day" | "week" | "month";
    readonly at: string;
    readonly timeZone: string;
  } | null;
}

export function setSchedule(body: ScheduleWanted) {
  return request("/api/reports/schedules", { method: "PUT", body, schema: reportListSchema });
}
