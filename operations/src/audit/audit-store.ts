import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import type { Instant } from "@assay/primitives/instant";
import type { AuditQuery, SignedCheckpoint } from "./audit.ts";

/** An entry on its way into the table. */
export interface PreparedEntry {
  readonly leaf: string;
  readonly leafHash: Uint8Array;
  readonly at: Instant;
  readonly incidentId: string | null;
}

export interface StoredLeaf {
  readonly sequence: number;
  readonly leaf: string;
  readonly leafHash: Uint8Array;
}

/**
 * Adds entries behind all others; resolves to the first one's sequence. The lock is held until the transaction ends: no
 * two writers see the same end, and sequences have no gaps.
 */
export async function insertEntries(transaction: Sql, entries: readonly PreparedEntry[]): Promise<number> {
  await transaction.query(sql`select pg_advisory_xact_lock(hashtextextended('operations.audit', 0))`);
  const [row] = await transaction.query<{ first: string }>(sql`
    with head as (select coalesce(max(sequence) + 1, 0) as size from audit_entries),
    inserted as (
      insert into audit_entries (sequence, recorded_at, incident_id, leaf, leaf_hash)
      select head.size + entry.position - 1, to_timestamp(entry.at / 1000.0), entry.incident, entry.leaf, entry.hash
      from head, unnest(
        ${entries.map(({ at }) => at)}::bigint[], ${entries.map(({ incidentId }) => incidentId)}::text[],
        ${entries.map(({ leaf }) => leaf)}::text[], ${entries.map(({ leafHash }) => Buffer.from(leafHash))}::bytea[]
      ) with ordinality as entry (at, incident, leaf, hash, position)
    )
    select size as first from head`);
  return Number(row!.first);
}

export async function readLeaves(database: Sql, from: number, limit: number): Promise<StoredLeaf[]> {
  const rows = await database.query<{ sequence: string; leaf: string; leaf_hash: Buffer }>(sql`
    select sequence, leaf, leaf_hash from audit_entries where sequence >= ${from} order by sequence limit ${limit}`);
  return rows.map((row) => ({ sequence: Number(row.sequence), leaf: row.leaf, leafHash: row.leaf_hash }));
}

export async function readLeafHashes(database: Sql, from: number, to: number): Promise<Uint8Array[]> {
  const rows = await database.query<{ leaf_hash: Buffer }>(sql`
    select leaf_hash from audit_entries where sequence >= ${from} and sequence < ${to} order by sequence`);
  return rows.map((row) => row.leaf_hash);
}

/** Newest first. */
export async function searchLeaves(database: Sql, query: AuditQuery): Promise<{ sequence: number; leaf: string }[]> {
  const { before, text, incidentId, limit } = query;
  const older = before === undefined ? fragment`true` : fragment`sequence < ${before}`;
  const within = incidentId === undefined ? fragment`true` : fragment`incident_id = ${incidentId}`;
  const holding = text === undefined ? fragment`true` : fragment`leaf ilike ${`%${text.replace(/[\\%_]/g, "\\$&")}%`}`;
  const rows = await database.query<{ sequence: string; leaf: string }>(sql`
    select sequence, leaf from audit_entries where ${older} and ${within} and ${holding}
    order by sequence desc limit ${limit}`);
  return rows.map((row) => ({ sequence: Number(row.sequence), leaf: row.leaf }));
}

export async function hasEntry(database: Sql, action: string, since: Instant): Promise<boolean> {
  // Members are in order, so every leaf begins with its action.
  const beginning = `${canonicalJson({ action }).slice(0, -1)},`;
  const rows = await database.query(sql`
    select from audit_entries where recorded_at >= ${new Date(since)} and starts_with(leaf, ${beginning}) limit 1`);
  return rows.length > 0;
}

export async function insertCheckpoint(database: Sql, checkpoint: SignedCheckpoint): Promise<void> {
  const { size, root, madeAt, note } = checkpoint;
  await database.execute(sql`
    insert into audit_checkpoints (size, root, made_at, note)
    values (${size}, ${Buffer.from(root, "hex")}, ${new Date(madeAt)}, ${note})
    on conflict (size) do nothing`);
}

/** The roots that were signed last, by size. */
export async function readLastRoots(database: Sql, limit: number): Promise<{ size: number; root: Uint8Array }[]> {
  const rows = await database.query<{ size: string; root: Buffer }>(sql`
    select size, root from audit_checkpoints order by size desc limit ${limit}`);
  return rows.map((row) => ({ size: Number(row.size), root: row.root }));
}
