import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { ReportSchedule } from "../manifest/report.ts";
import type { Report, ReportContent } from "./report.ts";

interface ReportRow {
  readonly id: string;
  readonly made_at: Date;
  readonly made_by: Report["madeBy"];
  readonly scheduled_for: string | null;
  readonly content: string;
  readonly sha256: string;
}

const COLUMNS = fragment`id, made_at, made_by, scheduled_for, content, sha256`;

/** False when the schedule has its report already. */
export async function insertReport(tx: Sql, report: Report): Promise<boolean> {
  const { content } = report;
  const inserted = await tx.execute(sql`
    insert into reports (id, system, name, kind, title, window_from, window_to, made_at, made_by, scheduled_for, content,
      sha256)
    values (${report.id}, ${content.system}, ${content.name}, ${content.kind}, ${content.title}, ${content.from},
      ${content.to}, ${formatInstant(report.madeAt)}, ${JSON.stringify(report.madeBy)}, ${report.scheduledFor},
      ${canonicalJson(content as unknown as JsonValue)}, ${report.sha256})
    on conflict (system, name, scheduled_for) where scheduled_for is not null do nothing`);
  return inserted === 1;
}

export async function findReport(database: Sql, id: string): Promise<Report | undefined> {
  const rows = await database.query<ReportRow>(sql`select ${COLUMNS} from reports where id = ${id}`);
  return rows.map(toReport)[0];
}

export interface KeptReport {
  readonly id: string;
  readonly system: string;
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly madeAt: Instant;
  readonly madeBy: string;
  readonly scheduled: boolean;
  readonly sha256: string;
}

/** Newest first, without their figures. */
export async function listReports(
  database: Sql,
  { system = null, limit }: { readonly system?: string | null | undefined; readonly limit: number },
): Promise<KeptReport[]> {
  const rows = await database.query<
    Pick<KeptReport, "id" | "system" | "name" | "kind" | "title" | "madeBy" | "scheduled" | "sha256"> &
      Record<"window_from" | "window_to" | "made_at", Date>
  >(sql`
    select id, system, name, kind, title, window_from, window_to, made_at, made_by ->> 'name' as "madeBy",
      scheduled_for is not null as scheduled, sha256
    from reports where ${system}::text is null or system = ${system} order by made_at desc, id desc limit ${limit}`);
  return rows.map(({ window_from, window_to, made_at, ...row }) => ({
    ...row,
    from: toInstant(window_from.getTime()),
    to: toInstant(window_to.getTime()),
    madeAt: toInstant(made_at.getTime()),
  }));
}

export async function hasScheduled(
  database: Sql,
  { system, name, date }: { readonly system: string; readonly name: string; readonly date: string },
): Promise<boolean> {
  const rows = await database.query(sql`
    select 1 from reports where system = ${system} and name = ${name} and scheduled_for = ${date}`);
  return rows.length > 0;
}

export async function forgetReports(database: Sql, before: Instant): Promise<void> {
  await database.execute(sql`delete from reports where made_at < ${formatInstant(before)}`);
}

/** What a person set; null: not by the clock. */
export interface SetSchedule {
  readonly system: string;
  readonly name: string;
  readonly schedule: ReportSchedule | null;
}

export async function putSchedule(
  tx: Sql,
  { system, name, schedule }: SetSchedule,
  { by, at }: { readonly by: { readonly id: string; readonly name: string }; readonly at: Instant },
): Promise<void> {
  await tx.execute(sql`
    insert into report_schedules (system, name, every, at, time_zone, set_by, set_at)
    values (${system}, ${name}, ${schedule?.every ?? null}, ${schedule?.at ?? "06:00"}, ${schedule?.timeZone ?? "UTC"},
      ${JSON.stringify(by)}, ${formatInstant(at)})
    on conflict (system, name) do update set every = excluded.every, at = excluded.at, time_zone = excluded.time_zone,
      set_by = excluded.set_by, set_at = excluded.set_at`);
}

export async function listSchedules(database: Sql): Promise<SetSchedule[]> {
  const rows = await database.query<{
    system: string;
    name: string;
    every: ReportSchedule["every"] | null;
    at: string;
    time_zone: string;
  }>(sql`select system, name, every, at, time_zone from report_schedules order by system, name limit 1000`);
  return rows.map(({ system, name, every, at, time_zone: timeZone }) => ({
    system,
    name,
    schedule: every === null ? null : { every, at, timeZone },
  }));
}

function toReport(row: ReportRow): Report {
  return {
    id: row.id,
    madeAt: toInstant(row.made_at.getTime()),
    madeBy: row.made_by,
    scheduledFor: row.scheduled_for,
    content: JSON.parse(row.content) as ReportContent,
    sha256: row.sha256,
  };
}
