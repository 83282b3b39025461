import type { EscalationPolicy, EscalationTarget } from "@assay/operations/api/schema/on-call";
import { useQuery } from "@tanstack/react-query";
import { colleaguesQuery } from "./on-call-api.ts";

const MINUTE_MS = 60_000;

export type Names = (id: string) => string;

/** People by id. */
export function useNames(): Names {
  const { data } = useQuery(colleaguesQuery);
  return (id) => data?.find(({ value }) => value === id)?.label ?? id;
}

export function targetWords(target: EscalationTarget, names: Names): string {
  if (target.kind === "on-call") return `on call in ${target.schedule}`;
  if (target.kind === "next-on-call") return `next on call in ${target.schedule}`;
  if (target.kind === "person") return names(target.person);
  if (target.kind === "role") return `every ${target.role}`;
  return target.kind === "channel" ? `channel ${target.channel}` : "everyone";
}

/** What it is for, and how it insists. */
export function policyWords({ id, systems, severities, remindAfterMs, repeatAfterMs }: EscalationPolicy): string {
  const scope = [...systems, ...severities].join(", ");
  const otherwise = id === "default" ? "whatever has no policy of its own" : "what names it";
  const remind = remindAfterMs === null ? "" : ` Told again after ${remindAfterMs / MINUTE_MS} min without an answer.`;
  return `For ${scope || otherwise}.${remind} From the top ${repeatAfterMs / MINUTE_MS} min after the last step.`;
}
