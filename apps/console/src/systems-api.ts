import {
  overviewSchema,
  type SystemDetail,
  seriesSchema,
  systemDetailSchema,
  systemListSchema,
  thresholdListSchema,
} from "@assay/operations/api/schema/systems";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export type { SystemDetail };
export type Series = z.infer<typeof seriesSchema>;
export type ManifestSource = z.infer<typeof systemListSchema>["sources"][number];
export type Panel = SystemDetail["manifest"]["panels"][number];

export const HEALTH_TONES: Record<"healthy" | "degraded" | "unhealthy" | "unknown", Tone> = {
  healthy: "good",
  degraded: "warning",
  unhealthy: "critical",
  unknown: "unknown",
};

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  refetchInterval: 5_000,
  queryFn: () => request("/api/overview", { schema: overviewSchema }),
});

export const systemsQuery = queryOptions({
  queryKey: ["systems"],
  refetchInterval: 5_000,
  queryFn: () => request("/api/systems", { schema: systemListSchema }),
});

export const systemQuery = (id: string) =>
  queryOptions({
    queryKey: ["systems", "one", id],
    refetchInterval: 5_000,
    queryFn: () => request(`/api/systems/${id}`, { schema: systemDetailSchema }),
  });

export const thresholdsQuery = queryOptions({
  queryKey: ["systems", "thresholds"],
  refetchInterval: 5_000,
  queryFn: async () => (await request("/api/thresholds", { schema: thresholdListSchema })).thresholds,
});

export interface SeriesQuestion {
  readonly system: string;
  readonly threshold?: string;
  readonly metric?: string;
  /** How far back, in milliseconds. */
  readonly spanMs: number;
}

const POINTS = 120;

export const seriesQuery = ({ system, threshold, metric, spanMs }: SeriesQuestion) =>
  queryOptions({
    queryKey: ["series", system, threshold ?? metric, spanMs],
    refetchInterval: 5_000,
    queryFn: () => {
      const query = new URLSearchParams({
        ...(threshold === undefined ? { metric: metric! } : { threshold }),
        since: new Date(Date.now() - spanMs).toISOString(),
        stepMs: String(Math.max(1_000, Math.round(spanMs / POINTS / 1_000) * 1_000)),
      });
      return request(`/api/systems/${system}/series?${query}`, { schema: seriesSchema });
    },
  });

/** What a system answers to one of the reads that its manifest declares, asked with the person's own rights. */
export const readQuery = (system: string, path: string, everyMs: number) =>
  queryOptions({
    queryKey: ["read", system, path],
    refetchInterval: everyMs,
    queryFn: () => request(`/api/systems/${system}/read?${new URLSearchParams({ path })}`, { schema: z.json() }),
  });
