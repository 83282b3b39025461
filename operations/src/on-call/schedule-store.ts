import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Rotation, Schedule } from "../api/schema/on-call.ts";
import type { Override } from "./schedule.ts";

interface ScheduleRow {
  id: string;
  title: string;
  time_zone: string;
  layers: Rotation[];
  version: number;
}

interface OverrideRow {
  id: string;
  schedule_id: string;
  person_id: string;
  starts_at: Date;
  ends_at: Date;
  reason: string;
  by_id: string;
  by_name: string;
  created_at: Date;
}

export interface ScheduledOverride extends Override {
  readonly scheduleId: string;
}

export async function listSchedules(database: Sql): Promise<Schedule[]> {
  const rows = await database.query<ScheduleRow>(sql`
    select id, title, time_zone, layers, version from on_call_schedules order by id`);
  return rows.map(({ time_zone, ...row }) => ({ ...row, timeZone: time_zone }));
}

export async function findSchedule(database: Sql, id: string): Promise<Schedule | undefined> {
  return (await listSchedules(database)).find((schedule) => schedule.id === id);
}

/** Writes it when the stored version is the one before; false when somebody else was faster. */
export async function saveSchedule(tx: Sql, schedule: Schedule, now: Instant): Promise<boolean> {
  const { id, title, timeZone, layers, version } = schedule;
  const at = formatInstant(now);
  const changed = await tx.execute(sql`
    insert into on_call_schedules (id, title, time_zone, layers, version, created_at, changed_at)
    values (${id}, ${title}, ${timeZone}, ${JSON.stringify(layers)}, ${version}, ${at}, ${at})
    on conflict (id) do update set title = excluded.title, time_zone = excluded.time_zone, layers = excluded.layers,
      version = excluded.version, changed_at = excluded.changed_at
    where on_call_schedules.version = ${version - 1}`);
  return changed === 1;
}

export async function deleteSchedule(tx: Sql, id: string): Promise<boolean> {
  return (await tx.execute(sql`delete from on_call_schedules where id = ${id}`)) === 1;
}

/** Overrides that end after `since`, in the order of their beginning. */
export async function overridesSince(database: Sql, since: Instant): Promise<ScheduledOverride[]> {
  const rows = await database.query<OverrideRow>(sql`
    select id, schedule_id, person_id, starts_at, ends_at, reason, by_id, by_name, created_at from on_call_overrides
    where ends_at > ${formatInstant(since)} order by starts_at, id limit 1000`);
  return rows.map((row) => ({
    id: row.id,
    scheduleId: row.schedule_id,
    person: row.person_id,
    from: toInstant(row.starts_at.getTime()),
    to: toInstant(row.ends_at.getTime()),
    reason: row.reason,
    by: { id: row.by_id, name: row.by_name },
    createdAt: toInstant(row.created_at.getTime()),
  }));
}

export async function insertOverride(tx: Sql, override: ScheduledOverride): Promise<void> {
  const { id, scheduleId, person, from, to, reason, by, createdAt } = override;
  await tx.execute(sql`
    insert into on_call_overrides (id, schedule_id, person_id, starts_at, ends_at, reason, by_id, by_name, created_at)
    values (${id}, ${scheduleId}, ${person}, ${formatInstant(from)}, ${formatInstant(to)}, ${reason}, ${by.id},
      ${by.name}, ${formatInstant(createdAt)})`);
}

/** Ends it at `now`; one that has not begun is taken away. */
export async function endOverride(tx: Sql, id: string, now: Instant): Promise<void> {
  const at = formatInstant(now);
  await tx.execute(sql`delete from on_call_overrides where id = ${id} and starts_at >= ${at}`);
  await tx.execute(sql`update on_call_overrides set ends_at = ${at} where id = ${id} and ends_at > ${at}`);
}
