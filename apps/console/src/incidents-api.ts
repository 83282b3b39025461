import { incidentDetailSchema } from "@assay/operations/api/schema/incident-detail";
import { type IncidentView, incidentListSchema } from "@assay/operations/api/schema/incidents";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export const incidentsQuery = (state: "current" | "all") =>
  queryOptions({
    queryKey: ["incidents", state],
    refetchInterval: 5_000,
    queryFn: async (): Promise<IncidentView[]> =>
      (await request(`/api/incidents?state=${state}&limit=100`, { schema: incidentListSchema })).incidents,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ["incidents", "one", id],
    refetchInterval: 3_000,
    queryFn: () => request(`/api/incidents/${id}`, { schema: incidentDetailSchema }),
  });

export type IncidentMove = "acknowledge" | "mitigate" | "resolve" | "close";

export function moveIncident(id: string, move: IncidentMove, note: string) {
  return request(`/api/incidents/${id}/${move}`, { method: "POST", body: { note }, schema: z.unknown() });
}

export function addNote(id: string, note: string) {
  return request(`/api/incidents/${id}/notes`, { method: "POST", body: { note }, schema: z.unknown() });
}

export const SEVERITY_TONES: Record<IncidentView["severity"], Tone> = {
  P0: "critical",
  P1: "high",
  P2: "warning",
  P3: "info",
};
