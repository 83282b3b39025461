import {
  addDays,
  type CalendarDate,
  daysBetween,
  instantAt,
  type TimeOfDay,
  wallTime,
} from "@assay/platform/clock/wall-time";
import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import type { Rotation, Schedule } from "../api/schema/on-call.ts";

/** Somebody takes over by hand for a while; of two at once the one made later wins. */
export interface Override {
  readonly id: string;
  readonly person: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly reason: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly createdAt: Instant;
}

/** A schedule as it is now: its rotations, the overrides by hand, and who still works here. */
export interface Roster {
  readonly schedule: Pick<Schedule, "timeZone" | "layers">;
  readonly overrides: readonly Override[];
  /** Turns of anybody else go to the next in the rotation. Left out: everybody is here. */
  readonly here?: ReadonlySet<string>;
}

/** Who is called; `person` is null in a gap. */
export interface OnCall {
  readonly person: string | null;
  readonly source: "rotation" | "override" | "gap";
  /** The rotation's or override's id; empty in a gap. */
  readonly sourceId: string;
}

/** A stretch of time, `from` ≤ t < `to`, in which that does not change. */
export interface Shift extends OnCall {
  readonly from: Instant;
  readonly to: Instant;
}

const GAP: OnCall = { person: null, source: "gap", sourceId: "" };
/** How far ahead {@link nextShift} looks. */
const HORIZON_MS = 92 * DAY_MS;

export function onCallAt({ schedule, overrides, here }: Roster, at: Instant): OnCall {
  const present = ({ person }: { readonly person: string }) => here === undefined || here.has(person);
  const override = overrides
    .filter((one) => one.from <= at && at < one.to && present(one))
    .reduce<Override | undefined>((best, one) => (best === undefined || isLater(one, best) ? one : best), undefined);
  if (override !== undefined) return { person: override.person, source: "override", sourceId: override.id };
  for (const layer of schedule.layers.toReversed()) {
    const person = turnAt(layer, schedule.timeZone, { at, here });
    if (person !== undefined) return { person, source: "rotation", sourceId: layer.id };
  }
  return GAP;
}

/** Everything from `from` to `to` without a hole: gaps are shifts of nobody. */
export function shifts(roster: Roster, from: Instant, to: Instant): Shift[] {
  const found: Shift[] = [];
  const starts = changes(roster, from, to);
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? to;
    const now = onCallAt(roster, start);
    const last = found.at(-1);
    if (last?.person === now.person && last.sourceId === now.sourceId && last.source === now.source)
      found[found.length - 1] = { ...last, to: end };
    else found.push({ ...now, from: start, to: end });
  }
  return found;
}

/** The first shift after `at` of somebody else; none within three months is none. */
export function nextShift(roster: Roster, at: Instant): Shift | undefined {
  const { person } = onCallAt(roster, at);
  return shifts(roster, at, addMs(at, HORIZON_MS)).find((shift) => shift.person !== null && shift.person !== person);
}

/** Every moment at which somebody else may be called, `from` first. */
function changes({ schedule, overrides }: Roster, from: Instant, to: Instant): Instant[] {
  const { timeZone: zone, layers } = schedule;
  const moments = new Set<Instant>(overrides.flatMap((override) => [override.from, override.to]));
  const first = addDays(wallTime(from, zone).date, -1);
  const times = new Set(layers.flatMap(({ handOverAt, only }) => [handOverAt, ...(only ? [only.from, only.to] : [])]));
  const days = daysBetween(first, wallTime(to, zone).date) + 1;
  for (let day = 0; day <= days; day += 1)
    for (const time of times) moments.add(instantAt({ date: addDays(first, day), time, zone }));
  const inside = [...moments].filter((moment) => moment > from && moment < to);
  return [from, ...inside.sort((left, right) => left - right)];
}

interface Moment {
  readonly at: Instant;
  readonly here: ReadonlySet<string> | undefined;
}

function turnAt(layer: Rotation, zone: string, { at, here }: Moment): string | undefined {
  if (layer.only !== null && !isWithin(layer.only, zone, at)) return undefined;
  const days = daysBetween(layer.startsOn, latestDayOf(layer.handOverAt, zone, at));
  if (days < 0) return undefined;
  const turn = Math.floor(days / (layer.every.count * (layer.every.unit === "week" ? 7 : 1)));
  const inTurn = layer.people.map((_, index) => layer.people[(turn + index) % layer.people.length]!);
  return inTurn.find((person) => here === undefined || here.has(person));
}

/** The last day whose `time` has come. Asked by instants, so that a change of the clocks moves no hand-over. */
function latestDayOf(time: TimeOfDay, zone: string, at: Instant): CalendarDate {
  const { date } = wallTime(at, zone);
  const hasCome = (day: CalendarDate) => instantAt({ date: day, time, zone }) <= at;
  return [addDays(date, 1), date].find(hasCome) ?? addDays(date, -1);
}

function isWithin(only: NonNullable<Rotation["only"]>, zone: string, at: Instant): boolean {
  const { date } = wallTime(at, zone);
  return [date, addDays(date, -1)].some((day) => {
    const start = instantAt({ date: day, time: only.from, zone });
    const end = instantAt({ date: only.to > only.from ? day : addDays(day, 1), time: only.to, zone });
    return only.weekdays.includes(wallTime(start, zone).weekday) && start <= at && at < end;
  });
}

function isLater(left: Override, right: Override): boolean {
  return left.createdAt > right.createdAt || (left.createdAt === right.createdAt && left.id > right.id);
}
