import { incidentDetailSchema } from "@assay/operations/api/schema/incident-detail";
import {
  actionItemListSchema,
  type IncidentSeverity,
  type IncidentView,
  incidentFiguresSchema,
  incidentListSchema,
  incidentSchema,
  type PostMortemView,
  postMortemListSchema,
  postMortemSchema,
} from "@assay/operations/api/schema/incidents";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export interface IncidentFilter {
  readonly state: "current" | "over" | "all";
  readonly severity?: IncidentSeverity | undefined;
  readonly system?: string | undefined;
}

export const incidentsQuery = (filter: IncidentFilter | "current" | "all") => {
  const wanted = typeof filter === "string" ? { state: filter } : filter;
  const words = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams([...words, ["limit", "100"]]);
  return queryOptions({
    queryKey: ["incidents", query.toString()],
    refetchInterval: 5_000,
    queryFn: async (): Promise<IncidentView[]> =>
      (await request(`/api/incidents?${query}`, { schema: incidentListSchema })).incidents,
  });
};

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ["incidents", "one", id],
    refetchInterval: 3_000,
    queryFn: () => request(`/api/incidents/${id}`, { schema: incidentDetailSchema }),
  });

export const figuresQuery = (days: number) =>
  queryOptions({
    queryKey: ["incidents", "figures", days],
    queryFn: () => request(`/api/incidents/figures?days=${days}`, { schema: incidentFiguresSchema }),
  });

export const overdueQuery = queryOptions({
  queryKey: ["incidents", "overdue"],
  refetchInterval: 60_000,
  queryFn: async () => (await request("/api/action-items?state=overdue", { schema: actionItemListSchema })).items,
});

export const postMortemQuery = (id: string) =>
  queryOptions({
    queryKey: ["incidents", "post-mortem", id],
    queryFn: async () => {
      const [standing, { versions }] = await Promise.all([
        request(`/api/incidents/${id}/post-mortem`, { schema: postMortemSchema }),
        request(`/api/incidents/${id}/post-mortem/versions`, { schema: postMortemListSchema }),
      ]);
      return { standing, versions };
    },
  });

export type IncidentMove = "acknowledge" | "mitigate" | "resolve" | "close";

/** Any change of an incident: `severity`, `merge`, `roles`, `links`, `reopen`, `notes`, `action-items` and the moves. */
export function changeIncident(id: string, what: string, body: object) {
  return request(`/api/incidents/${id}/${what}`, { method: "POST", body, schema: z.unknown() });
}

export function takeRole(id: string, role: string, personId: string) {
  return request(`/api/incidents/${id}/roles/${role}/${personId}`, { method: "DELETE", schema: z.unknown() });
}

export function declareIncident(body: object) {
  return request("/api/incidents", { method: "POST", body, schema: incidentSchema });
}

export function moveActionItem(id: string, body: object) {
  return request(`/api/action-items/${id}/state`, { method: "POST", body, schema: z.unknown() });
}

export function savePostMortem(id: string, { version, sections }: Pick<PostMortemView, "version" | "sections">) {
  const body = { baseVersion: version, sections };
  return request(`/api/incidents/${id}/post-mortem`, { method: "PUT", body, schema: postMortemSchema });
}

export function movePostMortem(id: string, baseVersion: number, state: PostMortemView["state"]) {
  const body = { baseVersion, state };
  return request(`/api/incidents/${id}/post-mortem/state`, { method: "POST", body, schema: postMortemSchema });
}

export const SEVERITY_TONES: Record<IncidentView["severity"], Tone> = {
  P0: "critical",
  P1: "high",
  P2: "warning",
  P3: "info",
};
