import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { ContactKind } from "../api/schema/delivery.ts";

/** A way to tell a team or a machine, which belongs to the plane. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: ContactKind;
  /** What may be shown. */
  readonly target: string;
  /** The Slack address, or the webhook's own secret. */
  readonly sealed: Uint8Array | null;
  /** Tried when this one fails for good. */
  readonly fallbackId: string | null;
  readonly createdBy: string;
  readonly createdAt: Instant;
}

interface ChannelRow {
  id: string;
  name: string;
  kind: ContactKind;
  target: string;
  sealed: Uint8Array | null;
  fallback_id: string | null;
  created_by: string;
  created_at: Date;
}

export async function insertChannel(tx: Sql, channel: Channel): Promise<void> {
  const { id, name, kind, target, sealed, fallbackId, createdBy, createdAt } = channel;
  await tx.execute(sql`
    insert into channels (id, name, kind, target, sealed, fallback_id, created_by, created_at)
    values (${id}, ${name}, ${kind}, ${target}, ${sealed}, ${fallbackId}, ${createdBy}, ${formatInstant(createdAt)})`);
}

/** Its name is free again; what was sent to it keeps naming it. */
export async function removeChannel(tx: Sql, id: string, at: Instant): Promise<void> {
  await tx.execute(sql`update channels set fallback_id = null where fallback_id = ${id}`);
  await tx.execute(sql`
    update channels set removed_at = ${formatInstant(at)}, name = name || ' (' || id || ')', sealed = null
    where id = ${id} and removed_at is null`);
}

export async function listChannels(database: Sql): Promise<Channel[]> {
  const rows = await database.query<ChannelRow>(
    sql`select * from channels where removed_at is null order by name limit 500`,
  );
  return rows.map(toChannel);
}

export async function findChannel(database: Sql, id: string): Promise<Channel | undefined> {
  const [row] = await database.query<ChannelRow>(sql`select * from channels where id = ${id} and removed_at is null`);
  return row && toChannel(row);
}

function toChannel(row: ChannelRow): Channel {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    target: row.target,
    sealed: row.sealed,
    fallbackId: row.fallback_id,
    createdBy: row.created_by,
    createdAt: toInstant(row.created_at.getTime()),
  };
}
