import { contactsSchema } from "@assay/operations/api/schema/delivery";
import { heartbeatListSchema } from "@assay/operations/api/schema/heartbeats";
import { peopleSchema } from "@assay/operations/api/schema/identity";
import {
  calledPageListSchema,
  calledPageSchema,
  type OnCallNowView,
  onCallSchema,
  policyListSchema,
  scheduleDetailSchema,
} from "@assay/operations/api/schema/on-call";
import { request } from "@assay/page-kit/request.ts";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { assayCommand } from "./command-line.ts";

export const onCallQuery = queryOptions({
  queryKey: ["on-call", "now"],
  refetchInterval: 15_000,
  queryFn: () => request("/api/on-call", { schema: onCallSchema }),
});

export const scheduleQuery = (id: string) =>
  queryOptions({
    queryKey: ["on-call", "schedule", id],
    refetchInterval: 30_000,
    queryFn: () => request(`/api/on-call/schedules/${id}`, { schema: scheduleDetailSchema }),
  });

export const policiesQuery = queryOptions({
  queryKey: ["on-call", "policies"],
  queryFn: async () => (await request("/api/on-call/policies", { schema: policyListSchema })).policies,
});

export const calledPagesQuery = queryOptions({
  queryKey: ["on-call", "pages"],
  refetchInterval: 3_000,
  queryFn: async () => (await request("/api/on-call/pages", { schema: calledPageListSchema })).pages,
});

export const calledPageQuery = (id: string) =>
  queryOptions({
    queryKey: ["on-call", "page", id],
    refetchInterval: 5_000,
    queryFn: () => request(`/api/on-call/pages/${id}`, { schema: calledPageSchema }),
  });

export const heartbeatsQuery = queryOptions({
  queryKey: ["on-call", "heartbeats"],
  refetchInterval: 10_000,
  queryFn: async () => (await request("/api/heartbeats", { schema: heartbeatListSchema })).heartbeats,
});

/** Who works here now, for lists to choose from. */
export const colleaguesQuery = queryOptions({
  queryKey: ["people", "active"],
  queryFn: async () =>
    (await request("/api/people", { schema: peopleSchema })).people
      .filter(({ state }) => state === "active")
      .map(({ id, name }) => ({ value: id, label: name })),
});

export const contactsQuery = (personId: string) =>
  queryOptions({
    queryKey: ["people", personId, "contacts"],
    queryFn: () => request(`/api/people/${personId}/contacts`, { schema: contactsSchema }),
  });

/** One change over the API, and the same from a terminal. */
export interface Change {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

export function send({ method, path, body }: Change) {
  return request(path, { method, schema: z.unknown(), ...(body === undefined ? {} : { body }) });
}

export function commandOf({ method, path, body }: Change): string {
  const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
  return assayCommand("curl", "operations", path, "-X", method, ...data);
}

/** Everything about on-call is asked for again. */
export function useRefreshOnCall(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["on-call"] });
}

/** How good it is that this is who is called. */
export function onCallTone({ source }: Pick<OnCallNowView, "source">): Tone {
  return source === "gap" ? "critical" : source === "override" ? "info" : "good";
}

/** `Mon 23 Nov, 09:00` on the wall in the zone. */
export function wallWords(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone, weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" },
    hourCycle: "h23",
  }).format(new Date(at));
}
