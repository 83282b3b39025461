import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { ComponentState } from "../api/schema/status.ts";
import type { StateChange } from "./component-history.ts";

interface ChangeRow {
  component_id: string;
  at: Date;
  state: ComponentState;
}

const MOST_CHANGES = 100_000;

/** Notes that a part is in a state from `at` on; the last word for one moment stands. */
export async function insertChange(tx: Sql, componentId: string, { at, state }: StateChange): Promise<void> {
  await tx.execute(sql`
    insert into status_changes (component_id, at, state) values (${componentId}, ${formatInstant(at)}, ${state})
    on conflict (component_id, at) do update set state = excluded.state`);
}

/** The last change of each part. */
export async function lastChanges(database: Sql): Promise<Map<string, StateChange>> {
  const rows = await database.query<ChangeRow>(
    sql`select distinct on (component_id) component_id, at, state from status_changes order by component_id, at desc`,
  );
  return new Map(rows.map((row) => [row.component_id, toChange(row)]));
}

/** Changes since `from` with the one before it, by part, oldest first. */
export async function changesSince(database: Sql, from: Instant): Promise<Map<string, StateChange[]>> {
  const rows = await database.query<ChangeRow>(sql`
    (select distinct on (component_id) component_id, at, state from status_changes
      where at < ${formatInstant(from)} order by component_id, at desc)
    union all
    (select component_id, at, state from status_changes where at >= ${formatInstant(from)} order by at limit ${MOST_CHANGES})`);
  const found = new Map<string, StateChange[]>();
  for (const row of rows.sort((left, right) => left.at.getTime() - right.at.getTime()))
    found.set(row.component_id, [...(found.get(row.component_id) ?? []), toChange(row)]);
  return found;
}

/** Forgets what lies before, but for the last change before it, which says how things stood. */
export async function forgetChangesBefore(database: Sql, before: Instant): Promise<void> {
  await database.execute(sql`
    delete from status_changes old where at < ${formatInstant(before)} and exists (
      select from status_changes newer where newer.component_id = old.component_id
        and newer.at > old.at and newer.at <= ${formatInstant(before)})`);
}

/** Until when somebody looked. */
export async function lastWatch(database: Sql): Promise<Instant | undefined> {
  const [row] = await database.query<{ seen_at: Date }>(sql`select seen_at from status_watch`);
  return row && toInstant(row.seen_at.getTime());
}

export async function noteWatch(tx: Sql, at: Instant): Promise<void> {
  await tx.execute(sql`
    insert into status_watch (seen_at) values (${formatInstant(at)})
    on conflict (is_only) do update set seen_at = excluded.seen_at`);
}

function toChange({ at, state }: ChangeRow): StateChange {
  return { at: toInstant(at.getTime()), state };
}
