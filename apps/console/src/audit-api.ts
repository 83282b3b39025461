import {
  type auditEntrySchema,
  auditPageSchema,
  auditStateSchema,
  checkpointSchema,
  consistencySchema,
} from "@assay/operations/api/schema/audit";
import { request } from "@assay/page-kit/request.ts";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";

export type AuditEntryView = z.infer<typeof auditEntrySchema>;

/** What is searched for; empty texts ask for nothing. */
export interface AuditSearch {
  readonly q: string;
  readonly action: string;
  readonly target: string;
  /** `2026-01-31T12:00`, UTC. */
  readonly since: string;
  readonly until: string;
}

export const EMPTY_SEARCH: AuditSearch = { q: "", action: "", target: "", since: "", until: "" };

/** The members of a query that say something, as the server takes them. */
export function searchWords({ since, until, ...texts }: AuditSearch): Record<string, string> {
  const times = { since: instantOf(since), until: instantOf(until) };
  return Object.fromEntries(Object.entries({ ...texts, ...times }).filter(([, word]) => word.trim() !== ""));
}

function instantOf(typed: string): string {
  const at = typed === "" ? Number.NaN : Date.parse(`${typed}Z`);
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}

export const auditPagesQuery = (words: Readonly<Record<string, string>>) =>
  infiniteQueryOptions({
    queryKey: ["audit", words],
    refetchInterval: 15_000,
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => {
      const cursor = pageParam === undefined ? {} : { cursor: String(pageParam) };
      return request(`/api/audit?${new URLSearchParams({ limit: "100", ...words, ...cursor })}`, {
        schema: auditPageSchema,
      });
    },
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const checkpointQuery = queryOptions({
  queryKey: ["audit", "checkpoint"],
  refetchInterval: 30_000,
  queryFn: () => request("/api/audit/checkpoint", { schema: checkpointSchema }),
});

export const auditStateQuery = queryOptions({
  queryKey: ["audit", "state"],
  refetchInterval: 15_000,
  queryFn: () => request("/api/audit/state", { schema: auditStateSchema }),
});

export function readConsistency(from: number) {
  return request(`/api/audit/consistency?from=${from}`, { schema: consistencySchema });
}

/** Text of others as it is: what would hide, turn around or move what stands beside it is shown as its number. */
export function visibleText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it shows
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => {
    return `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}
