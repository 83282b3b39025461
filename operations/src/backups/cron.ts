import { addDays, type CalendarDate, daysBetween, instantAt, wallTime } from "@assay/platform/clock/wall-time";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";

/** When something happens, on clocks on the wall: five fields of cron, read once. */
export interface Cron {
  readonly text: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 1 is Monday, 7 is Sunday. */
  readonly weekdays: readonly number[];
  /** As cron has it: a day counts when either matches, once both were narrowed. */
  readonly isEither: boolean;
}

export type CronRefusal = { readonly code: "BAD_CRON"; readonly reason: string };

const FIELDS = [
  { name: "minute", least: 0, greatest: 59 },
  { name: "hour", least: 0, greatest: 23 },
  { name: "day of the month", least: 1, greatest: 31 },
  { name: "month", least: 1, greatest: 12 },
  { name: "day of the week", least: 0, greatest: 7 },
] as const;

/** Reads `30 1 * * 1-5`: numbers, lists, ranges, steps and `*`; no names and no seconds. */
export function parseCron(text: string): Result<Cron, CronRefusal> {
  const words = text.trim().split(/\s+/);
  if (words.length !== FIELDS.length) return bad(`it has ${words.length} fields, not five`);
  const fields: number[][] = [];
  for (const [index, field] of FIELDS.entries()) {
    const values = readField(words[index]!, field);
    if (values === undefined) return bad(`${words[index]} is no ${field.name}`);
    fields.push(values);
  }
  const [minutes, hours, days, months, weekdays] = fields as [number[], number[], number[], number[], number[]];
  const sundayLast = [...new Set(weekdays.map((day) => (day === 0 ? 7 : day)))].sort((a, b) => a - b);
  const isEither = words[2] !== "*" && words[4] !== "*";
  return accept({ text, minutes, hours, days, months, weekdays: sundayLast, isEither });
}

/** The last moment of the schedule that is not after `now`; undefined when there is none in the year before. */
export function lastDue(cron: Cron, zone: string, now: Instant): Instant | undefined {
  return search(cron, { zone, now, step: -1 }).find((at) => at <= now);
}

/** The first moment of the schedule after `now`; undefined when there is none in the year to come. */
export function nextDue(cron: Cron, zone: string, now: Instant): Instant | undefined {
  return search(cron, { zone, now, step: 1 }).find((at) => at > now);
}

const DAYS_SEARCHED = 366;

function* search(cron: Cron, { zone, now, step }: { zone: string; now: Instant; step: 1 | -1 }): Generator<Instant> {
  const today = wallTime(now, zone).date;
  // One day more on this side of today: a change of the clocks may move a time over midnight.
  for (let day = -1; day <= DAYS_SEARCHED; day += 1) {
    const date = addDays(today, day * step);
    if (!isDay(cron, date)) continue;
    const times = cron.hours.flatMap((hour) => cron.minutes.map((minute) => `${two(hour)}:${two(minute)}`));
    for (const time of step === 1 ? times : times.toReversed()) yield instantAt({ date, time, zone });
  }
}

function isDay({ days, months, weekdays, isEither }: Cron, date: CalendarDate): boolean {
  if (!months.includes(Number(date.slice(5, 7)))) return false;
  const isOfMonth = days.includes(Number(date.slice(8)));
  const isOfWeek = weekdays.includes(weekdayOf(date));
  return isEither ? isOfMonth || isOfWeek : isOfMonth && isOfWeek;
}

/** 1970-01-05 was a Monday. */
function weekdayOf(date: CalendarDate): number {
  return (((daysBetween("1970-01-05", date) % 7) + 7) % 7) + 1;
}

function readField(word: string, { least, greatest }: (typeof FIELDS)[number]): number[] | undefined {
  const values = new Set<number>();
  for (const part of word.split(",")) {
    const match = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return undefined;
    const step = Number(match[4] ?? 1);
    const from = match[1] === undefined ? Number(match[2]) : least;
    const single = match[3] === undefined && match[4] === undefined;
    const to = match[1] !== undefined ? greatest : single ? from : Number(match[3] ?? greatest);
    if (step < 1 || from < least || to > greatest || from > to) return undefined;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function bad(reason: string) {
  return refuse({ code: "BAD_CRON" as const, reason });
}
