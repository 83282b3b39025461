import { addMs, type Instant } from "@assay/primitives/instant";
import type { EscalationPolicy, EscalationStep } from "../api/schema/on-call.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import type { Severity } from "../thresholds/threshold.ts";

/** People and channels by id, each once. */
export interface Told {
  readonly people: readonly string[];
  readonly channels: readonly string[];
}

/** Whom the first step tells instead of the policy's targets. */
export type FirstCall = "everyone" | { readonly people: readonly string[] } | null;

/** One subject that people are told of until somebody answers. */
export interface Escalation {
  readonly id: string;
  readonly subject: string;
  readonly system: string | null;
  readonly severity: Severity;
  readonly policyId: string;
  readonly message: PageMessage;
  readonly firstCall: FirstCall;
  readonly state: "calling" | "acknowledged" | "ended";
  /** When this round of steps began; `round` counts from 1. */
  readonly startedAt: Instant;
  readonly round: number;
  /** Place in the policy's steps; their number when only the repetition is left. */
  readonly nextStep: number;
  readonly lastTold: Told;
  readonly told: Told;
  readonly remindAt: Instant | null;
  readonly nextStepAt: Instant | null;
  readonly acknowledgement: {
    readonly by: { readonly id: string; readonly name: string };
    readonly until: Instant;
  } | null;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

export const NOBODY: Told = { people: [], channels: [] };

export function joinTold(left: Told, right: Told): Told {
  return {
    people: [...new Set([...left.people, ...right.people])],
    channels: [...new Set([...left.channels, ...right.channels])],
  };
}

export function isNobody({ people, channels }: Told): boolean {
  return people.length === 0 && channels.length === 0;
}

/** The earliest moment at which something is to be done; null once it has ended. */
export function dueAt({ state, acknowledgement, remindAt, nextStepAt }: Escalation): Instant | null {
  if (state === "ended") return null;
  if (acknowledgement !== null) return acknowledgement.until;
  return remindAt === null || (nextStepAt !== null && nextStepAt < remindAt) ? nextStepAt : remindAt;
}

/** What is to be done with an escalation that is due. */
export type Due =
  | { readonly kind: "none" }
  /** The acknowledgement has expired, or the last step is long past: from the top. */
  | { readonly kind: "restart"; readonly why: "acknowledgement_expired" | "repeat" }
  /** Steps whose time has come, in order; several when nobody looked for a while. */
  | { readonly kind: "steps"; readonly from: number; readonly steps: readonly EscalationStep[] }
  | { readonly kind: "remind" };

export function dueNow(escalation: Escalation, policy: EscalationPolicy, now: Instant): Due {
  const at = dueAt(escalation);
  if (at === null || at > now) return { kind: "none" };
  if (escalation.acknowledgement !== null) return { kind: "restart", why: "acknowledgement_expired" };
  if (escalation.nextStepAt === null || escalation.nextStepAt > now) return { kind: "remind" };
  const { startedAt, nextStep } = escalation;
  const steps = policy.steps.slice(nextStep).filter(({ afterMs }) => addMs(startedAt, afterMs) <= now);
  // A step that was postponed or taken out of the policy since: whatever comes next is due.
  if (steps.length > 0) return { kind: "steps", from: nextStep, steps };
  const next = policy.steps[nextStep];
  return next === undefined ? { kind: "restart", why: "repeat" } : { kind: "steps", from: nextStep, steps: [next] };
}

/** The escalation after the steps before `nextStep` were called at `now`. */
export function afterSteps(
  escalation: Escalation,
  policy: EscalationPolicy,
  { now, nextStep, told }: { readonly now: Instant; readonly nextStep: number; readonly told: Told },
): Escalation {
  const nextStepAt = timeOfStep(escalation.startedAt, policy, nextStep);
  return {
    ...escalation,
    state: "calling",
    acknowledgement: null,
    nextStep,
    lastTold: told,
    told: joinTold(escalation.told, told),
    nextStepAt: nextStepAt > now ? nextStepAt : now,
    remindAt: policy.remindAfterMs === null ? null : addMs(now, policy.remindAfterMs),
  };
}

/** From the top: a new round whose first step has not been called yet. */
export function restarted(escalation: Escalation, now: Instant): Escalation {
  const round = escalation.round + 1;
  return { ...escalation, state: "calling", acknowledgement: null, startedAt: now, round, nextStep: 0 };
}

function timeOfStep(startedAt: Instant, policy: EscalationPolicy, index: number): Instant {
  const step = policy.steps[index];
  if (step !== undefined) return addMs(startedAt, step.afterMs);
  return addMs(startedAt, policy.steps.at(-1)!.afterMs + policy.repeatAfterMs);
}

/** How long people have not answered, in words: `15 min`, `2 h`, `1 h 30 min`. */
export function waitWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${minutes} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
