import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { NamedPerson } from "./incident.ts";

/** What an incident taught that must be done, by whom and by when. */
export interface ActionItem {
  readonly id: string;
  readonly incidentId: string;
  readonly incidentTitle: string;
  readonly title: string;
  readonly owner: NamedPerson;
  readonly dueAt: Instant;
  readonly state: "open" | "done" | "dropped";
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
  readonly note: string;
}

interface ActionItemRow {
  id: string;
  incident_id: string;
  incident_title: string;
  title: string;
  owner_id: string;
  owner_name: string;
  due_at: Date;
  state: ActionItem["state"];
  created_at: Date;
  ended_at: Date | null;
  note: string;
}

export const MOST_ITEMS = 200;

const SELECT = fragment`
  select item.id, item.incident_id, incident.title as incident_title, item.title, item.owner_id, item.owner_name, item.due_at,
    item.state, item.created_at, item.ended_at, item.note
  from action_items item join incidents incident on incident.id = item.incident_id`;

export async function insertActionItem(tx: Sql, item: ActionItem): Promise<void> {
  await tx.execute(sql`
    insert into action_items (id, incident_id, title, owner_id, owner_name, due_at, state, created_at)
    values (${item.id}, ${item.incidentId}, ${item.title}, ${item.owner.id}, ${item.owner.name},
      ${formatInstant(item.dueAt)}, ${item.state}, ${formatInstant(item.createdAt)})`);
}

export async function updateActionItem(
  tx: Sql,
  { id, state, endedAt, note }: Pick<ActionItem, "id" | "state" | "endedAt" | "note">,
): Promise<void> {
  await tx.execute(sql`
    update action_items set state = ${state}, ended_at = ${endedAt === null ? null : formatInstant(endedAt)}, note = ${note}
    where id = ${id}`);
}

export async function lockActionItem(tx: Sql, id: string): Promise<ActionItem | undefined> {
  const [row] = await tx.query<ActionItemRow>(sql`${SELECT} where item.id = ${id} for update of item`);
  return row && toItem(row);
}

export async function actionItemsOf(database: Sql, incidentId: string): Promise<ActionItem[]> {
  const rows = await database.query<ActionItemRow>(sql`
    ${SELECT} where item.incident_id = ${incidentId} order by item.created_at, item.id limit ${MOST_ITEMS}`);
  return rows.map(toItem);
}

export interface ActionItemPage {
  /** Only these; all without. */
  readonly state?: ActionItem["state"];
  readonly dueBefore?: Instant;
  readonly limit: number;
}

/** Those due first, first. */
export async function listActionItems(
  database: Sql,
  { state, dueBefore, limit }: ActionItemPage,
): Promise<ActionItem[]> {
  const due = dueBefore === undefined ? null : formatInstant(dueBefore);
  const rows = await database.query<ActionItemRow>(sql`
    ${SELECT} where (${state ?? null}::text is null or item.state = ${state ?? null})
      and (${due}::timestamptz is null or item.due_at < ${due}::timestamptz)
    order by item.due_at, item.id limit ${limit}`);
  return rows.map(toItem);
}

function toItem(row: ActionItemRow): ActionItem {
  return {
    id: row.id,
    incidentId: row.incident_id,
    incidentTitle: row.incident_title,
    title: row.title,
    owner: { id: row.owner_id, name: row.owner_name },
    dueAt: toInstant(row.due_at.getTime()),
    state: row.state,
    createdAt: toInstant(row.created_at.getTime()),
    endedAt: row.ended_at === null ? null : toInstant(row.ended_at.getTime()),
    note: row.note,
  };
}
