import { addDays, instantAt, wallTime } from "@assay/platform/clock/wall-time";
import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { Instant } from "@assay/primitives/instant";
import type { QuietHours } from "../api/schema/delivery.ts";
import type { Severity } from "../thresholds/threshold.ts";

/** What can wait until somebody is awake. */
export function canWait(severity: Severity): boolean {
  return severity === "info" || severity === "warning";
}

/** When the quiet hours that hold now end; undefined outside of them. */
export function quietUntil({ timeZone: zone, from, to }: QuietHours, now: Instant): Instant | undefined {
  const { date } = wallTime(now, zone);
  for (const day of [addDays(date, -1), date]) {
    const start = instantAt({ date: day, time: from, zone });
    const end = instantAt({ date: to > from ? day : addDays(day, 1), time: to, zone });
    if (start <= now && now < end) return end;
  }
  return undefined;
}

interface QuietRow {
  person_id: string;
  time_zone: string;
  from_time: string;
  to_time: string;
}

/** By person. */
export async function quietHoursOf(database: Sql, people: readonly string[]): Promise<Map<string, QuietHours>> {
  const rows = await database.query<QuietRow>(sql`select * from quiet_hours where person_id = any(${people})`);
  return new Map(rows.map((row) => [row.person_id, { timeZone: row.time_zone, from: row.from_time, to: row.to_time }]));
}

export async function replaceQuietHours(tx: Sql, personId: string, hours: QuietHours | null): Promise<void> {
  await tx.execute(sql`delete from quiet_hours where person_id = ${personId}`);
  if (hours === null) return;
  await tx.execute(sql`
    insert into quiet_hours (person_id, time_zone, from_time, to_time)
    values (${personId}, ${hours.timeZone}, ${hours.from}, ${hours.to})`);
}

/** Who of them hears it now; `wakesAt` is when the first of the others does. */
export async function awake(
  database: Sql,
  people: readonly string[],
  { severity, now }: { readonly severity: Severity; readonly now: Instant },
): Promise<{ readonly people: readonly string[]; readonly wakesAt: Instant | undefined }> {
  if (!canWait(severity) || people.length === 0) return { people, wakesAt: undefined };
  const quiet = await quietHoursOf(database, people);
  const until = (id: string) => {
    const hours = quiet.get(id);
    return hours && quietUntil(hours, now);
  };
  const wakes = people.flatMap((id) => until(id) ?? []).sort((left, right) => left - right);
  return { people: people.filter((id) => until(id) === undefined), wakesAt: wakes[0] };
}
