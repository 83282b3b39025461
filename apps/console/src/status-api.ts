import {
  type ComponentState,
  publicIncidentSchema,
  statusEditorSchema,
  type UpdateStatus,
} from "@assay/operations/api/schema/status";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export const statusEditorQuery = queryOptions({
  queryKey: ["status", "editor"],
  refetchInterval: 10_000,
  queryFn: () => request("/api/status-page", { schema: statusEditorSchema }),
});

export function setOverride(componentId: string, body: object) {
  return request(`/api/status-page/components/${componentId}/override`, { method: "PUT", body, schema: z.unknown() });
}

export function endOverride(componentId: string) {
  return request(`/api/status-page/components/${componentId}/override`, { method: "DELETE", schema: z.unknown() });
}

export function placeComponent(componentId: string, body: object) {
  return request(`/api/status-page/components/${componentId}/place`, { method: "PUT", body, schema: z.unknown() });
}

export function addComponent(body: object) {
  return request("/api/status-page/components", { method: "POST", body, schema: z.unknown() });
}

export function removeComponent(componentId: string) {
  return request(`/api/status-page/components/${componentId}`, { method: "DELETE", schema: z.unknown() });
}

export function publishIncident(body: object) {
  return request("/api/status-page/incidents", { method: "POST", body, schema: publicIncidentSchema });
}

export function updateIncident(id: string, body: object) {
  return request(`/api/status-page/incidents/${id}/updates`, { method: "POST", body, schema: publicIncidentSchema });
}

export const STATE_TONES: Readonly<Record<ComponentState, Tone>> = {
  operational: "good",
  "degraded performance": "warning",
  "partial outage": "high",
  "major outage": "critical",
  "under maintenance": "info",
  "no data": "unknown",
};

export const UPDATE_TONES: Readonly<Record<UpdateStatus, Tone>> = {
  investigating: "high",
  identified: "warning",
  monitoring: "info",
  resolved: "good",
};
