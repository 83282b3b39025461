import { addDays, instantAt, wallTime } from "@assay/platform/clock/wall-time";
import { addMs, DAY_MS, formatInstant, type Instant } from "@assay/primitives/instant";
import type { StoredRoster } from "../../on-call/rosters.ts";
import { onCallAt, shifts } from "../../on-call/schedule.ts";
import type { ScheduledOverride } from "../../on-call/schedule-store.ts";
import type { OnCallNowView, OverrideView, ScheduleDetail } from "../schema/on-call.ts";

/** A person by id; those who have left are named by it. */
export type Namer = (id: string) => { readonly id: string; readonly name: string };

const HORIZON_MS = 92 * DAY_MS;

export function namerOf(people: readonly { readonly id: string; readonly name: string }[]): Namer {
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return (id) => ({ id, name: names.get(id) ?? `${id} (gone)` });
}

export function onCallNowView(roster: StoredRoster, now: Instant, name: Namer): OnCallNowView {
  const { id, title, timeZone } = roster.schedule;
  const { person, source } = onCallAt(roster, now);
  const ahead = shifts(roster, now, addMs(now, HORIZON_MS));
  const after = ahead.find((shift) => shift.person !== person);
  const next = ahead.find((shift) => shift.person !== null && shift.person !== person)?.person ?? null;
  return {
    ...{ id, title, timeZone, source },
    person: person === null ? null : name(person),
    until: after === undefined ? null : formatInstant(after.from),
    next: next === null ? null : name(next),
  };
}

export function overrideView(
  { id, scheduleId, person, from, to, reason, by }: ScheduledOverride,
  name: Namer,
): OverrideView {
  const times = { from: formatInstant(from), to: formatInstant(to) };
  return { id, schedule: scheduleId, person: name(person), ...times, reason, by: { id: by.id, name: by.name } };
}

/** The schedule and its shifts for so many days from the beginning of today where it applies. */
export function scheduleDetailView(
  roster: StoredRoster,
  { now, days, name }: { readonly now: Instant; readonly days: number; readonly name: Namer },
): ScheduleDetail {
  const { schedule, overrides } = roster;
  const zone = schedule.timeZone;
  const today = wallTime(now, zone).date;
  const from = instantAt({ date: today, time: "00:00", zone });
  const to = instantAt({ date: addDays(today, days), time: "00:00", zone });
  return {
    schedule,
    now: onCallNowView(roster, now, name),
    shifts: shifts(roster, from, to).map(({ person, source, sourceId, ...shift }) => ({
      ...{ from: formatInstant(shift.from), to: formatInstant(shift.to), source, sourceId },
      person: person === null ? null : name(person),
    })),
    overrides: overrides.map((override) => overrideView(override, name)),
  };
}
