import type { Sql } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { EscalationStep, EscalationTarget } from "../api/schema/on-call.ts";
import type { Reachable } from "../delivery/directory.ts";
import { holdsRole } from "../identity/roles.ts";
import { type FirstCall, joinTold, NOBODY, type Told } from "./escalation.ts";

/** Who is on call in a schedule; `current` is null in a gap. */
export interface OnCallNow {
  /** Undefined: there is no such schedule. */
  at(
    tx: Sql,
    schedule: string,
    now: Instant,
  ): Promise<{ readonly current: string | null; readonly next: string | null } | undefined>;
}

export interface RecipientContext {
  readonly tx: Sql;
  readonly now: Instant;
  /** Who works here; nobody else is told. */
  readonly people: readonly Reachable[];
  readonly onCall: OnCallNow;
}

export function everyone(people: readonly Reachable[]): Told {
  return { people: people.map(({ id }) => id), channels: [] };
}

/** Whom the steps tell now, each once; people who have left are not among them. */
export async function recipientsOf(
  steps: readonly EscalationStep[],
  firstCall: FirstCall,
  context: RecipientContext,
): Promise<Told> {
  const [first, ...others] = steps;
  const own = firstCall !== null && first !== undefined ? calledFirst(firstCall, context.people) : undefined;
  const targets = (own === undefined ? steps : others).flatMap(({ targets }) => targets);
  let told = own ?? NOBODY;
  for (const target of targets) told = joinTold(told, await recipientsOfTarget(target, context));
  return told;
}

function calledFirst(firstCall: Exclude<FirstCall, null>, people: readonly Reachable[]): Told {
  if (firstCall === "everyone") return everyone(people);
  return { people: firstCall.people.filter((id) => people.some((person) => person.id === id)), channels: [] };
}

async function recipientsOfTarget(target: EscalationTarget, context: RecipientContext): Promise<Told> {
  const { people, tx, now, onCall } = context;
  if (target.kind === "everyone") return everyone(people);
  if (target.kind === "channel") return { people: [], channels: [target.channel] };
  if (target.kind === "role") return everyone(people.filter(({ roles }) => holdsRole(roles, target.role)));
  if (target.kind === "person") return everyone(people.filter(({ id }) => id === target.person));
  const shift = await onCall.at(tx, target.schedule, now);
  const wanted = target.kind === "on-call" ? shift?.current : shift?.next;
  const found = people.filter(({ id }) => id === wanted);
  // A gap, or somebody who has left: somebody must hear it.
  return target.kind === "on-call" && found.length === 0 ? everyone(people) : everyone(found);
}
