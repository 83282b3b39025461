import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { equalBytes } from "@assay/primitives/bytes";
import { type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import type { ApiKey, Scope } from "./api-key.ts";
import type { CustomerId } from "./customer.ts";

const USED_STEP_MS = MINUTE_MS;

interface ApiKeyRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly allowed_networks: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
}

const COLUMNS = fragment`k.id, k.user_id, k.name, k.scopes, k.allowed_networks, k.created_at, k.expires_at, k.last_used_at`;

export async function insertApiKey(transaction: Sql, key: ApiKey, secretHash: Uint8Array): Promise<void> {
  await transaction.execute(sql`
    insert into api_keys (id, user_id, name, secret_hash, scopes, allowed_networks, created_at, expires_at)
    values (${key.id}, ${key.customerId}, ${key.name}, ${secretHash}, ${key.scopes}, ${key.allowedNetworks},
      ${new Date(key.createdAt)}, ${new Date(key.expiresAt)})`);
}

/** The keys of a customer that have not expired, newest first. */
export async function listApiKeys(database: Sql, customerId: CustomerId, now: Instant): Promise<ApiKey[]> {
  const rows = await database.query<ApiKeyRow>(sql`
    select ${COLUMNS} from api_keys k where k.user_id = ${customerId} and k.expires_at > ${new Date(now)}
    order by k.created_at desc, k.id`);
  return rows.map(toApiKey);
}

export async function deleteApiKey(transaction: Sql, customerId: CustomerId, id: string): Promise<boolean> {
  return (await transaction.execute(sql`delete from api_keys where id = ${id} and user_id = ${customerId}`)) === 1;
}

export interface ApiKeyOwner extends ApiKey {
  readonly restricted: boolean;
}

/** The key whose secret hashes to `secretHash`, unless it expired. Notes that it was used. */
export async function useApiKey(
  database: Sql,
  { id, secretHash, now }: { id: string; secretHash: Uint8Array; now: Instant },
): Promise<ApiKeyOwner | undefined> {
  const [row] = await database.query<ApiKeyRow & { secret_hash: Uint8Array; restricted: boolean }>(sql`
    select ${COLUMNS}, k.secret_hash, u.restricted from api_keys k join users u on u.id = k.user_id
    where k.id = ${id} and k.expires_at > ${new Date(now)}`);
  if (row === undefined || !equalBytes(row.secret_hash, secretHash)) return undefined;
  if (row.last_used_at === null || now - row.last_used_at.getTime() >= USED_STEP_MS) {
    await database.execute(sql`update api_keys set last_used_at = ${new Date(now)} where id = ${id}`);
  }
  return { ...toApiKey(row), restricted: row.restricted };
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    customerId: row.user_id as CustomerId,
    name: row.name,
    scopes: row.scopes,
    allowedNetworks: row.allowed_networks,
    createdAt: toInstant(row.created_at.getTime()),
    expiresAt: toInstant(row.expires_at.getTime()),
    lastUsedAt: row.last_used_at === null ? undefined : toInstant(row.last_used_at.getTime()),
  };
}
