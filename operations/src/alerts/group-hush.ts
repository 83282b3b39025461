import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import { type Alert, isQuiet } from "./alert.ts";

/** A group that was told and whose alerts are now all looked after or kept quiet: calling people stops. */
export interface GroupHush {
  readonly lead: string;
  readonly by: { readonly id: string; readonly name: string };
  /** Calling begins again by itself at this time, should the plane not have said more by then. */
  readonly until: Instant;
}

/** Longer than any silence or window, so that their end is told by the round that sees it and by nothing before. */
const BEYOND_QUIET_MS = 8 * DAY_MS;
const QUIET = { id: "quiet", name: "a silence, a window or another alert" };

type Moved = { readonly before: Alert | undefined; readonly after: Alert };

/** People know of it and it fires. */
export function isTold({ state, toldSeverity }: Pick<Alert, "state" | "toldSeverity">): boolean {
  return state === "firing" && toldSeverity !== null;
}

/** The hush of a group that became one, or another one, with this round; undefined otherwise. */
export function hushOf(members: readonly Moved[]): GroupHush | undefined {
  const told = members.map(({ after }) => after).filter(isTold);
  const hush = hushUntil(told);
  if (hush === undefined) return undefined;
  const before = hushUntil(members.flatMap(({ before: one }) => (one !== undefined && isTold(one) ? [one] : [])));
  if (before?.until === hush.until) return undefined;
  const lead = told[0]!.lead ?? told[0]!.id;
  return { lead, ...hush };
}

/** Until when every one of them is quiet; undefined when somebody must be called for one, or there is none. */
export function hushUntil(told: readonly Alert[]): Omit<GroupHush, "lead"> | undefined {
  let first: Omit<GroupHush, "lead"> | undefined;
  for (const alert of told) {
    const own = quietUntil(alert);
    if (own === undefined) return undefined;
    if (first === undefined || own.until < first.until) first = own;
  }
  return first;
}

function quietUntil(alert: Alert): Omit<GroupHush, "lead"> | undefined {
  if (isQuiet(alert)) return { by: QUIET, until: addMs(alert.startedAt, BEYOND_QUIET_MS) };
  if (alert.acknowledgement === null) return undefined;
  const { by, expiresAt } = alert.acknowledgement;
  return { by, until: expiresAt };
}
