import { assert } from "@assay/primitives/assert";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import type { CatalogueAction } from "../actions/action-catalogue.ts";
import type { ActionDescription, Role } from "../manifest/manifest.ts";

/** How many must agree where one is not enough: zero and one cannot be written. */
export type People = 2 | 3 | 4 | 5;

/** One person with a fresh second factor. */
export interface OnePersonPolicy {
  readonly kind: "one-person";
  readonly roles: readonly Role[];
}

/** The requester and `people` − 1 others; each role is held by one of them who fills no other. */
export interface DualControlPolicy {
  readonly kind: "dual-control";
  readonly people: People;
  readonly roles: readonly Role[];
}

export type Policy = OnePersonPolicy | DualControlPolicy;

/** What somebody may ask for beyond what is there. Absent members ask for nothing. */
export interface Requirement {
  readonly people?: number | undefined;
  readonly roles?: readonly Role[] | undefined;
}

/** One line of the table: people and roles are added to what the manifest asks for; the clocks replace the defaults. */
export interface PolicyRule extends Requirement {
  /** The name of an action; `*` is every dangerous one. */
  readonly action: string;
  /** `any`, or the one in which it holds. */
  readonly environment: string;
  readonly expiresInMs?: number | undefined;
  readonly tellAgainMs?: number | undefined;
  readonly neverStanding?: boolean | undefined;
}

/** Where a part of a policy comes from, in words. */
export interface PolicySource {
  readonly source: string;
  readonly says: string;
}

/** Everything that decides how an action is agreed to. */
export interface ActionPolicy {
  readonly agreement: Policy;
  /** How long a request waits for its signatures. */
  readonly expiresInMs: number;
  /** How long nobody may stay silent before everybody who could sign is told again. */
  readonly tellAgainMs: number;
  /** Whether a standing approval for it is refused. */
  readonly neverStanding: boolean;
  readonly sources: readonly PolicySource[];
}

/** No clock can be turned off, and none may run for longer than a holiday. */
export const POLICY_BOUNDS = {
  people: { min: 1, max: 5 },
  expiresInMs: { min: MINUTE_MS, max: 7 * DAY_MS },
  tellAgainMs: { min: 30 * SECOND_MS, max: DAY_MS },
} as const;

// Stopping is made fast; the rest may cross a shift (operations.md §5).
const STOP_CLOCKS = { expiresInMs: 10 * MINUTE_MS, tellAgainMs: 2 * MINUTE_MS };
const OTHER_CLOCKS = { expiresInMs: 24 * HOUR_MS, tellAgainMs: 30 * MINUTE_MS };

/** @throws AssertionError outside 2 … 5. */
export function toPeople(count: number): People {
  assert(count === 2 || count === 3 || count === 4 || count === 5, `${count} people can share control`);
  return count;
}

type Described = Pick<CatalogueAction, "environment" | "neverStanding"> & {
  readonly description: Pick<ActionDescription, "name" | "people" | "direction" | "effect"> & {
    readonly roles: readonly Role[];
  };
};

/**
 * The default for what the action does, what its manifest asks for, what the table adds and what the caller (a runbook)
 * asks for: the most people and all roles of any of them. Nobody can ask for less.
 */
export function resolvePolicy(
  { description, environment, neverStanding = false }: Described,
  { rules = [], raised = {} }: { readonly rules?: readonly PolicyRule[]; readonly raised?: Requirement } = {},
): ActionPolicy {
  const { name, direction, effect } = description;
  const matching = rules.filter(
    (rule) =>
      (rule.action === name || (rule.action === "*" && effect === "danger")) &&
      (rule.environment === "any" || rule.environment === environment),
  );
  const floor = direction === "start" && effect === "danger" ? 2 : 1;
  const asked: readonly Requirement[] = [{ people: floor }, description, ...matching, raised];
  const clocks = { ...(direction === "stop" ? STOP_CLOCKS : OTHER_CLOCKS), ...latestClocks(matching) };
  return {
    agreement: agreementOf(asked),
    expiresInMs: clocks.expiresInMs,
    tellAgainMs: Math.min(clocks.tellAgainMs, clocks.expiresInMs),
    neverStanding: neverStanding || matching.some((rule) => rule.neverStanding === true),
    sources: [
      { source: `default for ${direction} and ${effect}`, says: inWords({ people: floor, ...clocks }) },
      { source: "manifest", says: inWords(description) },
      ...matching.map((rule) => ({ source: `table: ${rule.action}, ${rule.environment}`, says: inWords(rule) })),
      ...(raised.people === undefined && raised.roles === undefined
        ? []
        : [{ source: "request", says: inWords(raised) }]),
    ],
  };
}

function agreementOf(asked: readonly Requirement[]): Policy {
  const roles = [...new Set(asked.flatMap((one) => one.roles ?? []))];
  const people = Math.max(...asked.map((one) => Math.min(one.people ?? 1, 5)));
  if (people === 1) return { kind: "one-person", roles };
  // A role that nobody is left to fill could never be found.
  return { kind: "dual-control", people: toPeople(Math.min(5, Math.max(people, roles.length))), roles };
}

/** The line for one action wins over the line for all, and the line for one environment over the line for any. */
function latestClocks(rules: readonly PolicyRule[]): Partial<typeof STOP_CLOCKS> {
  const weight = ({ action, environment }: PolicyRule) => (action === "*" ? 0 : 2) + (environment === "any" ? 0 : 1);
  const clocks: { expiresInMs?: number; tellAgainMs?: number } = {};
  for (const rule of [...rules].sort((a, b) => weight(a) - weight(b))) {
    if (rule.expiresInMs !== undefined) clocks.expiresInMs = rule.expiresInMs;
    if (rule.tellAgainMs !== undefined) clocks.tellAgainMs = rule.tellAgainMs;
  }
  return clocks;
}

function inWords({
  people,
  roles,
  expiresInMs,
  tellAgainMs,
  neverStanding,
}: Omit<PolicyRule, "action" | "environment">) {
  const parts = [
    people === undefined ? "" : people === 1 ? "1 person" : `${people} people`,
    roles === undefined || roles.length === 0 ? "" : roles.join(" and "),
    expiresInMs === undefined ? "" : `ends after ${minutes(expiresInMs)}`,
    tellAgainMs === undefined ? "" : `told again each ${minutes(tellAgainMs)}`,
    neverStanding === true ? "never standing" : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function minutes(ms: number): string {
  return ms % HOUR_MS === 0 ? `${ms / HOUR_MS} h` : `${Math.round((ms / MINUTE_MS) * 10) / 10} min`;
}
