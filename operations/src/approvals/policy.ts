import { assert } from "@assay/primitives/assert";
import { HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import type { ActionDescription, Role } from "../manifest/manifest.ts";

/** How many must agree where one is not enough: zero and one cannot be written. */
export type People = 2 | 3 | 4 | 5;

/** One person with a fresh second factor. */
export interface OnePersonPolicy {
  readonly kind: "one-person";
  readonly roles: readonly Role[];
}

/** The requester and `people` − 1 others; each role is held by at least one of them. */
export interface DualControlPolicy {
  readonly kind: "dual-control";
  readonly people: People;
  readonly roles: readonly Role[];
}

export type Policy = OnePersonPolicy | DualControlPolicy;

/** @throws AssertionError outside 2 … 5. */
export function toPeople(count: number): People {
  assert(count === 2 || count === 3 || count === 4 || count === 5, `${count} people can share control`);
  return count;
}

/**
 * The action's own policy, raised by whoever asks for more (a runbook, a setting) and never lowered. Starting something
 * dangerous takes two whatever the manifest says (operations.md §5).
 */
export function policyFor(
  description: Pick<ActionDescription, "people" | "direction" | "effect"> & { readonly roles: readonly Role[] },
  raisedTo = 1,
): Policy {
  const floor = description.direction === "start" && description.effect === "danger" ? 2 : 1;
  const people = Math.max(description.people, floor, Math.min(raisedTo, 5));
  if (people === 1) return { kind: "one-person", roles: description.roles };
  return { kind: "dual-control", people: toPeople(people), roles: description.roles };
}

/** How long a request waits: stopping is made fast, the rest may cross a shift. */
export function approvalLifetimeMs(direction: ActionDescription["direction"]): number {
  return direction === "stop" ? 10 * MINUTE_MS : 24 * HOUR_MS;
}
