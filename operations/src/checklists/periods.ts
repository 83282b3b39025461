import {
  addDays,
  type CalendarDate,
  daysBetween,
  instantAt,
  lastDayOfMonth,
  wallTime,
} from "@assay/platform/clock/wall-time";
import { addMs, DAY_MS, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";

/** When something is to be done again and again, on clocks on the wall of a time zone. */
export interface Recurrence {
  readonly every: "day" | "week" | "month";
  /** 1 is Monday. */
  readonly weekday?: number | undefined;
  /** A month that has no such day takes its last. */
  readonly dayOfMonth?: number | undefined;
  readonly opensAt: string;
  readonly dueAt: string;
  readonly timeZone: string;
}

export interface Period {
  /** Its name: the calendar day in the time zone on which it opens. A day has one, whatever its clocks do. */
  readonly date: CalendarDate;
  readonly opensAt: Instant;
  readonly dueAt: Instant;
}

/** Nobody makes up for what is older. */
export const LONGEST_LOOK_BACK_MS = 62 * DAY_MS;

/** The periods that open after `from` and not after `to`, oldest first; at most those of the last 62 days. */
export function periodsBetween(recurrence: Recurrence, from: Instant, to: Instant): Period[] {
  const { timeZone } = recurrence;
  const start = Math.max(from, to - LONGEST_LOOK_BACK_MS);
  const first = wallTime(toInstant(start), timeZone).date;
  const days = daysBetween(first, wallTime(to, timeZone).date) + 1;
  const periods: Period[] = [];
  for (let day = 0; day < days; day += 1) {
    const date = addDays(first, day);
    if (!isPeriodDay(recurrence, date)) continue;
    const period = periodOn(recurrence, date);
    if (period.opensAt > start && period.opensAt <= to) periods.push(period);
  }
  return periods;
}

/** The first period that opens after `now`. */
export function nextPeriod(recurrence: Recurrence, now: Instant): Period {
  const today = wallTime(now, recurrence.timeZone).date;
  for (let day = 0; ; day += 1) {
    const date = addDays(today, day);
    if (!isPeriodDay(recurrence, date)) continue;
    const period = periodOn(recurrence, date);
    if (period.opensAt > now) return period;
  }
}

function isPeriodDay({ every, weekday, dayOfMonth }: Recurrence, date: CalendarDate): boolean {
  if (every === "day") return true;
  if (every === "month") return dayOf(date) === Math.min(dayOfMonth ?? 1, lastDayOfMonth(date));
  return weekdayOf(date) === (weekday ?? 1);
}

function periodOn({ opensAt, dueAt, timeZone: zone }: Recurrence, date: CalendarDate): Period {
  const opens = instantAt({ date, time: opensAt, zone });
  const due = instantAt({ date, time: dueAt, zone });
  // A change of the clocks may push the opening past the deadline; people still get the time that was meant.
  return { date, opensAt: opens, dueAt: due > opens ? due : addMs(opens, minutesBetween(opensAt, dueAt) * MINUTE_MS) };
}

function minutesBetween(from: string, to: string): number {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return Math.max(1, minutes(to) - minutes(from));
}

function dayOf(date: CalendarDate): number {
  return Number(date.slice(8));
}

function weekdayOf(date: CalendarDate): number {
  // 1970-01-05 was a Monday.
  return (((daysBetween("1970-01-05", date) % 7) + 7) % 7) + 1;
}
