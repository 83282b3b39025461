import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { AuditFilter, AuditQuery, SignedCheckpoint } from "./audit.ts";

/** An entry on its way into the table. */
export interface PreparedEntry {
  readonly leaf: string;
  readonly leafHash: Uint8Array;
  readonly at: Instant;
  readonly incidentId: string | null;
}

export interface StoredLeaf {
  readonly sequence: number;
  /** Null once its retention is over, or where a filter leaves it out. */
  readonly leaf: string | null;
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

export async function readLeaves(
  database: Sql,
  range: { readonly from: number; readonly limit: number; readonly filter?: AuditFilter | undefined },
): Promise<StoredLeaf[]> {
  const { from, limit, filter } = range;
  const leaf = filter === undefined ? fragment`leaf` : fragment`case when ${matching(filter)} then leaf end as leaf`;
  const rows = await database.query<{ sequence: string; leaf: string | null; leaf_hash: Buffer }>(sql`
    select sequence, ${leaf}, leaf_hash from audit_entries where sequence >= ${from} order by sequence limit ${limit}`);
  return rows.map((row) => ({ sequence: Number(row.sequence), leaf: row.leaf, leafHash: row.leaf_hash }));
}

export async function readLeafHashes(database: Sql, from: number, to: number): Promise<Uint8Array[]> {
  const rows = await database.query<{ leaf_hash: Buffer }>(sql`
    select leaf_hash from audit_entries where sequence >= ${from} and sequence < ${to} order by sequence`);
  return rows.map((row) => row.leaf_hash);
}

/** Newest first. */
export async function searchLeaves(database: Sql, query: AuditQuery): Promise<{ sequence: number; leaf: string }[]> {
  const { before, limit, ...filter } = query;
  const older = before === undefined ? fragment`true` : fragment`sequence < ${before}`;
  const rows = await database.query<{ sequence: string; leaf: string }>(sql`
    select sequence, leaf from audit_entries where ${older} and leaf is not null and ${matching(filter)}
    order by sequence desc limit ${limit}`);
  return rows.map((row) => ({ sequence: Number(row.sequence), leaf: row.leaf }));
}

const ALL = fragment`true`;

/** Leaves are canonical: members in order, one spelling each, quotes inside texts escaped. So text is compared with text. */
function matching({ text, incidentId, action, actorId, target, since, until }: AuditFilter) {
  const within = incidentId === undefined ? ALL : fragment`incident_id = ${incidentId}`;
  const holding = text === undefined ? ALL : fragment`leaf ilike ${`%${text.replace(/[\\%_]/g, "\\$&")}%`}`;
  const beginning = action === undefined ? ALL : fragment`starts_with(leaf, ${opening({ action })})`;
  const by =
    actorId === undefined ? ALL : fragment`strpos(leaf, ${`","actor":${opening({ id: actorId })}","kind":`}) > 0`;
  const ending = `,"target":${canonicalJson(target ?? "")},"v":1}`;
  const about = target === undefined ? ALL : fragment`right(leaf, ${[...ending].length}) = ${ending}`;
  const after = since === undefined ? ALL : fragment`recorded_at >= ${new Date(since)}`;
  const before = until === undefined ? ALL : fragment`recorded_at < ${new Date(until)}`;
  return fragment`(${within} and ${after} and ${before} and ${beginning} and ${by} and ${about} and ${holding})`;
}

/** `{"action":"coinhubx.tra`: an object of one text, without its end. */
function opening(member: Readonly<Record<string, string>>): string {
  return canonicalJson(member).slice(0, -2);
}

/** Resolves to the first sequence that still has a payload. */
export async function prunePayloads(database: Sql, before: Instant, most: number): Promise<number> {
  const [row] = await database.query<{ pruned_to: string }>(sql`
    select prune_audit_payloads(${new Date(before)}, ${most}) as pruned_to`);
  return Number(row!.pruned_to);
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

export async function readNewestCheckpoint(database: Sql): Promise<SignedCheckpoint | undefined> {
  const rows = await database.query<{ size: string; root: Buffer; made_at: Date; note: string }>(sql`
    select size, root, made_at, note from audit_checkpoints order by size desc limit 1`);
  return rows.map(({ size, root, made_at, note }) => ({
    ...{ size: Number(size), root: root.toString("hex"), note },
    madeAt: toInstant(made_at.getTime()),
  }))[0];
}

/** The roots that were signed last, by size. */
export async function readLastRoots(database: Sql, limit: number): Promise<{ size: number; root: Uint8Array }[]> {
  const rows = await database.query<{ size: string; root: Buffer }>(sql`
    select size, root from audit_checkpoints order by size desc limit ${limit}`);
  return rows.map((row) => ({ size: Number(row.size), root: row.root }));
}
