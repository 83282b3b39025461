import type { Passkey } from "@assay/platform/auth/passkeys";
import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { type Instant, toInstant } from "@assay/primitives/instant";

export interface PasskeyOfPerson extends Passkey {
  readonly id: string;
  readonly personId: string;
  /** As its owner calls it. */
  readonly name: string;
  readonly isSynced: boolean;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
}

interface PasskeyRow {
  readonly id: string;
  readonly person_id: string;
  readonly name: string;
  readonly credential_id: string;
  readonly public_key: Buffer;
  readonly counter: string;
  readonly transports: string[];
  readonly synced: boolean;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

/** Oldest first. */
export async function listPasskeys(database: Sql, personId: string): Promise<PasskeyOfPerson[]> {
  const rows = await database.query<PasskeyRow>(sql`
    select * from passkeys where person_id = ${personId} order by created_at, id`);
  return rows.map(toPasskey);
}

/** The ids of those who have any. */
export async function passkeyOwners(database: Sql): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ person_id: string }>(sql`select distinct person_id from passkeys`);
  return new Set(rows.map(({ person_id }) => person_id));
}

/** With `lock`, a second signature of the same passkey waits: its counter is compared with what this one leaves. */
export async function findPasskey(
  database: Sql,
  credentialId: string,
  lock = false,
): Promise<PasskeyOfPerson | undefined> {
  const locking = lock ? fragment`for update` : fragment``;
  const rows = await database.query<PasskeyRow>(sql`
    select * from passkeys where credential_id = ${credentialId} ${locking}`);
  return rows.map(toPasskey)[0];
}

/** False when this passkey is known already, whoever it belongs to. */
export async function insertPasskey(transaction: Sql, passkey: PasskeyOfPerson): Promise<boolean> {
  const inserted = await transaction.execute(sql`
    insert into passkeys (id, person_id, name, credential_id, public_key, counter, transports, synced, created_at)
    values (${passkey.id}, ${passkey.personId}, ${passkey.name}, ${passkey.credentialId},
      ${Buffer.from(passkey.publicKey)}, ${passkey.counter}, ${passkey.transports}, ${passkey.isSynced},
      ${new Date(passkey.createdAt)})
    on conflict (credential_id) do nothing`);
  return inserted === 1;
}

export async function noteUsed(transaction: Sql, id: string, use: { counter: number; at: Instant }): Promise<void> {
  await transaction.execute(sql`
    update passkeys set counter = ${use.counter}, last_used_at = ${new Date(use.at)} where id = ${id}`);
}

export async function deletePasskey(transaction: Sql, id: string, personId: string): Promise<boolean> {
  return (await transaction.execute(sql`delete from passkeys where id = ${id} and person_id = ${personId}`)) === 1;
}

/** When somebody leaves or lost them. */
export async function deletePasskeysOf(transaction: Sql, personId: string): Promise<void> {
  await transaction.execute(sql`delete from passkey_challenges where person_id = ${personId}`);
  await transaction.execute(sql`delete from passkeys where person_id = ${personId}`);
}

function toPasskey(row: PasskeyRow): PasskeyOfPerson {
  return {
    id: row.id,
    personId: row.person_id,
    name: row.name,
    credentialId: row.credential_id,
    publicKey: new Uint8Array(row.public_key),
    counter: Number(row.counter),
    transports: row.transports,
    isSynced: row.synced,
    createdAt: toInstant(row.created_at.getTime()),
    lastUsedAt: row.last_used_at === null ? null : toInstant(row.last_used_at.getTime()),
  };
}
