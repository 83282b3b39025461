import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Component, Override } from "./component.ts";

interface ComponentRow {
  id: string;
  is_declared: boolean;
  title: string;
  description: string;
  group_title: string;
  position: number;
  is_hidden: boolean;
  system: string | null;
  health_checks: string[];
  alerts: string[];
}

export const MOST_COMPONENTS = 300;

/** Made by hand, or placed by hand. */
export async function listComponents(database: Sql): Promise<Component[]> {
  const rows = await database.query<ComponentRow>(
    sql`select * from status_components order by position, id limit ${MOST_COMPONENTS}`,
  );
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    description: row.description,
    group: row.group_title,
    position: row.position,
    isHidden: row.is_hidden,
    isDeclared: row.is_declared,
    system: row.system,
    healthChecks: row.health_checks,
    alerts: row.alerts,
  }));
}

export async function upsertComponent(tx: Sql, component: Component): Promise<void> {
  const { id, isDeclared, title, description, group, position, isHidden, system } = component;
  const [checks, alerts] = [JSON.stringify(component.healthChecks), JSON.stringify(component.alerts)];
  await tx.execute(sql`
    insert into status_components (id, is_declared, title, description, group_title, position, is_hidden, system, health_checks, alerts)
    values (${id}, ${isDeclared}, ${title}, ${description}, ${group}, ${position}, ${isHidden}, ${system}, ${checks}, ${alerts})
    on conflict (id) do update set title = excluded.title, description = excluded.description, system = excluded.system,
      group_title = excluded.group_title, position = excluded.position, is_hidden = excluded.is_hidden,
      health_checks = excluded.health_checks, alerts = excluded.alerts`);
}

/** False when there is no such part made by hand. */
export async function deleteComponent(tx: Sql, id: string): Promise<boolean> {
  return (await tx.execute(sql`delete from status_components where id = ${id} and not is_declared`)) === 1;
}

interface OverrideRow {
  component_id: string;
  state: Override["state"];
  reason: string;
  by_name: string;
  at: Date;
  ends_at: Date;
}

export async function upsertOverride(tx: Sql, { componentId, state, reason, by, at, endsAt }: Override): Promise<void> {
  await tx.execute(sql`
    insert into status_overrides (component_id, state, reason, by_name, at, ends_at)
    values (${componentId}, ${state}, ${reason}, ${by}, ${formatInstant(at)}, ${formatInstant(endsAt)})
    on conflict (component_id) do update set state = excluded.state, reason = excluded.reason, by_name = excluded.by_name,
      at = excluded.at, ends_at = excluded.ends_at`);
}

export async function deleteOverride(tx: Sql, componentId: string): Promise<boolean> {
  return (await tx.execute(sql`delete from status_overrides where component_id = ${componentId}`)) === 1;
}

/** Those that have not ended. */
export async function listOverrides(database: Sql, now: Instant): Promise<Override[]> {
  const rows = await database.query<OverrideRow>(
    sql`select * from status_overrides where ends_at > ${formatInstant(now)} limit ${MOST_COMPONENTS}`,
  );
  return rows.map((row) => ({
    componentId: row.component_id,
    state: row.state,
    reason: row.reason,
    by: row.by_name,
    at: toInstant(row.at.getTime()),
    endsAt: toInstant(row.ends_at.getTime()),
  }));
}
