import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import type { Scope } from "./scopes.ts";

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** How the key begins. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly createdBy: { readonly id: string; readonly name: string };
  readonly expiresAt: Instant;
  readonly lastUsedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: Scope[];
  readonly created_at: Date;
  readonly created_by: string;
  readonly owner: string;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const USED_EVERY_MS = MINUTE_MS;
const MOST_LISTED = 500;

export async function insertApiKey(transaction: Sql, key: ApiKey, keyHash: Uint8Array): Promise<void> {
  await transaction.execute(sql`
    insert into api_keys (id, name, prefix, key_hash, scopes, created_at, created_by, expires_at)
    values (${key.id}, ${key.name}, ${key.prefix}, ${Buffer.from(keyHash)}, ${key.scopes},
      ${new Date(key.createdAt)}, ${key.createdBy.id}, ${new Date(key.expiresAt)})`);
}

/** Undefined when there is none, its time is over or it was revoked. */
export async function findApiKey(database: Sql, keyHash: Uint8Array, now: Instant): Promise<ApiKey | undefined> {
  const rows = await database.query<ApiKeyRow>(sql`
    select key.*, owner.name as owner from api_keys key join people owner on owner.id = key.created_by
    where key_hash = ${Buffer.from(keyHash)} and expires_at > ${new Date(now)} and revoked_at is null`);
  return rows.map(toApiKey)[0];
}

/** Newest first; of one person or of all. */
export async function listApiKeys(database: Sql, createdBy?: string): Promise<ApiKey[]> {
  const owned = createdBy === undefined ? fragment`` : fragment`where key.created_by = ${createdBy}`;
  const rows = await database.query<ApiKeyRow>(sql`
    select key.*, owner.name as owner from api_keys key join people owner on owner.id = key.created_by ${owned}
    order by key.id desc limit ${MOST_LISTED}`);
  return rows.map(toApiKey);
}

export async function countActiveApiKeys(database: Sql, now: Instant): Promise<number> {
  const [row] = await database.query<{ count: string }>(sql`
    select count(*) from api_keys where revoked_at is null and expires_at > ${new Date(now)}`);
  return Number(row!.count);
}

/** Written at most once a minute per key. */
export async function noteKeyUsed(database: Sql, key: ApiKey, now: Instant): Promise<void> {
  if (key.lastUsedAt !== null && now - key.lastUsedAt < USED_EVERY_MS) return;
  await database.execute(sql`update api_keys set last_used_at = ${new Date(now)} where id = ${key.id}`);
}

export async function revokeApiKey(
  transaction: Sql,
  id: string,
  revoked: { readonly at: Instant; readonly by: string },
): Promise<boolean> {
  const changed = await transaction.execute(sql`
    update api_keys set revoked_at = ${new Date(revoked.at)}, revoked_by = ${revoked.by}
    where id = ${id} and revoked_at is null`);
  return changed === 1;
}

/** The ids of those that ended. Whoever made a key has seen it: when they leave, it does not stay behind. */
export async function revokeApiKeysOf(
  transaction: Sql,
  personId: string,
  revoked: { readonly at: Instant; readonly by: string },
): Promise<string[]> {
  const rows = await transaction.query<{ id: string }>(sql`
    update api_keys set revoked_at = ${new Date(revoked.at)}, revoked_by = ${revoked.by}
    where created_by = ${personId} and revoked_at is null and expires_at > ${new Date(revoked.at)} returning id`);
  return rows.map(({ id }) => id);
}

function toApiKey(row: ApiKeyRow): ApiKey {
  const instant = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: toInstant(row.created_at.getTime()),
    createdBy: { id: row.created_by, name: row.owner },
    expiresAt: toInstant(row.expires_at.getTime()),
    lastUsedAt: instant(row.last_used_at),
    revokedAt: instant(row.revoked_at),
  };
}
