import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";

/** A time that was planned, in which alerts are recorded and page nobody. */
export interface MaintenanceWindow {
  readonly id: string;
  readonly title: string;
  /** Null: the whole platform. */
  readonly system: string | null;
  /** Ids of components of the status page; none: all of the system. */
  readonly components: readonly string[];
  readonly startsAt: Instant;
  /** As planned; see `endedAt`. */
  readonly endsAt: Instant;
  readonly by: { readonly id: string; readonly name: string };
  /** Shown on the status page. */
  readonly public: boolean;
  /** Critical alerts page all the same. */
  readonly pagesCritical: boolean;
  readonly createdAt: Instant;
  /** When somebody ended it early, or cancelled it before it began. */
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
}

interface WindowRow {
  id: string;
  title: string;
  system: string | null;
  components: readonly string[];
  starts_at: Date;
  ends_at: Date;
  public: boolean;
  pages_critical: boolean;
  by_id: string;
  by_name: string;
  created_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
}

export async function insertWindow(tx: Sql, window: MaintenanceWindow): Promise<void> {
  await tx.execute(sql`
    insert into maintenance_windows
      (id, title, system, components, starts_at, ends_at, public, pages_critical, by_id, by_name, created_at)
    values (${window.id}, ${window.title}, ${window.system}, ${JSON.stringify(window.components)},
      ${formatInstant(window.startsAt)}, ${formatInstant(window.endsAt)}, ${window.public}, ${window.pagesCritical},
      ${window.by.id}, ${window.by.name}, ${formatInstant(window.createdAt)})`);
}

export async function endWindow(
  tx: Sql,
  id: string,
  { at, by }: { readonly at: Instant; readonly by: string },
): Promise<void> {
  await tx.execute(sql`
    update maintenance_windows set ended_at = ${formatInstant(at)}, ended_by = ${by}
    where id = ${id} and ended_at is null`);
}

/** Those of which some part lies between, by their start. */
export async function windowsBetween(
  database: Sql,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  limit: number,
): Promise<MaintenanceWindow[]> {
  const rows = await database.query<WindowRow>(sql`
    select * from maintenance_windows where ends_at > ${formatInstant(from)} and starts_at < ${formatInstant(to)}
    order by starts_at, id limit ${limit}`);
  return rows.map(toWindow);
}

function toWindow(row: WindowRow): MaintenanceWindow {
  return {
    id: row.id,
    title: row.title,
    system: row.system,
    components: row.components,
    startsAt: toInstant(row.starts_at.getTime()),
    endsAt: toInstant(row.ends_at.getTime()),
    by: { id: row.by_id, name: row.by_name },
    public: row.public,
    pagesCritical: row.pages_critical,
    createdAt: toInstant(row.created_at.getTime()),
    endedAt: row.ended_at === null ? null : toInstant(row.ended_at.getTime()),
    endedBy: row.ended_by,
  };
}
