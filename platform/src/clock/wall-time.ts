import { type Instant, toInstant } from "@assay/primitives/instant";
import { Temporal } from "temporal-polyfill";

/** A day of the calendar, `2026-03-29`. */
export type CalendarDate = string;

/** A time of the day to the minute, `09:30`. */
export type TimeOfDay = string;

export interface WallTime {
  readonly date: CalendarDate;
  readonly time: TimeOfDay;
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
  readonly dayOfMonth: number;
}

/** Whether the zone is an IANA name this machine knows, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== "";
  } catch {
    return false;
  }
}

/** What a clock on the wall shows in the zone. @throws RangeError for an unknown zone. */
export function wallTime(instant: Instant, zone: string): WallTime {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return {
    date: local.toPlainDate().toString(),
    time: local.toPlainTime().toString({ smallestUnit: "minute" }),
    weekday: local.dayOfWeek,
    dayOfMonth: local.day,
  };
}

/**
 * When a clock on the wall in the zone shows that time. A time that a change of the clocks skips is taken after the gap; one
 * that happens twice is taken the first time, so that nothing due at it is ever late by the change.
 */
export function instantAt({
  date,
  time,
  zone,
}: {
  readonly date: CalendarDate;
  readonly time: TimeOfDay;
  readonly zone: string;
}): Instant {
  const local = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time));
  return toInstant(local.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds);
}

/** The calendar day so many days later; negative goes back. */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** Whole days from one date to another; negative when `to` is the earlier one. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: "day" }).days;
}

/** The last day of the month that the date is in. */
export function lastDayOfMonth(date: CalendarDate): number {
  return Temporal.PlainDate.from(date).daysInMonth;
}
