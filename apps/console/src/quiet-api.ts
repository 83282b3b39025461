import {
  type MaintenanceView,
  type Matcher,
  maintenanceListSchema,
  maintenanceSchema,
  type SilenceView,
  silenceListSchema,
  silenceSchema,
} from "@assay/operations/api/schema/quiet";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";

export type { MaintenanceView, Matcher, SilenceView };

export type QuietState = "current" | "all";

export const silencesQuery = (state: QuietState) =>
  queryOptions({
    queryKey: ["quiet", "silences", state],
    refetchInterval: 5_000,
    queryFn: async () => (await request(`/api/silences?state=${state}`, { schema: silenceListSchema })).silences,
  });

export const maintenanceQuery = (state: QuietState) =>
  queryOptions({
    queryKey: ["quiet", "maintenance", state],
    refetchInterval: 5_000,
    queryFn: async () => (await request(`/api/maintenance?state=${state}`, { schema: maintenanceListSchema })).windows,
  });

export interface SilenceBody {
  readonly matchers: readonly Matcher[];
  readonly reason: string;
  readonly endsAt: string;
}

export function createSilence(body: SilenceBody) {
  return request("/api/silences", { method: "POST", body, schema: silenceSchema });
}

export function endSilence(id: string) {
  return request(`/api/silences/${id}/end`, { method: "POST", schema: silenceSchema });
}

export type MaintenanceBody = Pick<
  MaintenanceView,
  "title" | "system" | "components" | "startsAt" | "endsAt" | "public" | "pagesCritical"
>;

export function planMaintenance(body: MaintenanceBody) {
  return request("/api/maintenance", { method: "POST", body, schema: maintenanceSchema });
}

export function endMaintenance(id: string) {
  return request(`/api/maintenance/${id}/end`, { method: "POST", schema: maintenanceSchema });
}

const OPERATORS = { is: "is", "is-not": "is not", "starts-with": "starts with" } as const;

/** `name is DOWN or SLOW`. */
export function matcherWords({ field, op, values }: Matcher): string {
  return `${field.replace(/^label\./, "label ")} ${OPERATORS[op]} ${values.map((value) => value || "empty").join(" or ")}`;
}
