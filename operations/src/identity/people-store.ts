import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { Role } from "../manifest/manifest.ts";
import type { Person, PersonState } from "./person.ts";

interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: Role[];
  readonly state: PersonState;
  readonly password_hash: string | null;
  readonly totp_secret: Buffer | null;
  readonly totp_pending_secret: Buffer | null;
  readonly totp_last_step: string | null;
  readonly epoch: number;
  readonly created_at: Date;
  readonly created_by: string | null;
  readonly removed_at: Date | null;
}

/** With what only sign-in and the second factor look at. */
export interface PersonWithSecrets extends Person {
  readonly passwordHash: string | null;
  readonly sealedTotpSecret: Uint8Array | null;
  readonly sealedPendingSecret: Uint8Array | null;
  readonly lastTotpStep: number | undefined;
}

export async function findByMailbox(database: Sql, mailbox: string): Promise<PersonWithSecrets | undefined> {
  const rows = await database.query<PersonRow>(sql`
    select * from people where mailbox = ${mailbox} and state <> 'removed'`);
  return rows.map(toPerson)[0];
}

/** With `lock`, other changes of this person wait for the end of the transaction. */
export async function findPerson(database: Sql, id: string, lock = false): Promise<PersonWithSecrets | undefined> {
  const locking = lock ? fragment`for update` : fragment``;
  const rows = await database.query<PersonRow>(sql`select * from people where id = ${id} ${locking}`);
  return rows.map(toPerson)[0];
}

export async function listPeople(database: Sql): Promise<Person[]> {
  const rows = await database.query<PersonRow>(sql`select * from people order by created_at, id limit 1000`);
  return rows.map(toPerson);
}

/** Those of the ids who may act now. */
export async function findActive(database: Sql, ids: readonly string[]): Promise<Person[]> {
  const rows = await database.query<PersonRow>(sql`
    select * from people where id = any(${ids}) and state = 'active'`);
  return rows.map(toPerson);
}

export interface NewPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly mailbox: string;
  readonly roles: readonly Role[];
  readonly passwordHash: string | null;
  readonly createdAt: Instant;
  readonly createdBy: string | null;
}

/** False when the mailbox belongs to somebody already. Active with a password, invited without. */
export async function insertPerson(transaction: Sql, person: NewPerson): Promise<boolean> {
  const state: PersonState = person.passwordHash === null ? "invited" : "active";
  const changed = await transaction.execute(sql`
    insert into people (id, email, mailbox, name, roles, state, password_hash, created_at, created_by)
    values (${person.id}, ${person.email}, ${person.mailbox}, ${person.name}, ${person.roles}, ${state},
      ${person.passwordHash}, ${new Date(person.createdAt)}, ${person.createdBy})
    on conflict (mailbox) where state <> 'removed' do nothing`);
  return changed === 1;
}

export async function countPeople(database: Sql): Promise<number> {
  const [row] = await database.query<{ count: string }>(sql`select count(*) from people`);
  return Number(row!.count);
}

/** Holders of `admin` who can sign in, other than `exceptId`. */
export async function countOtherAdmins(database: Sql, exceptId: string): Promise<number> {
  const [row] = await database.query<{ count: string }>(sql`
    select count(*) from people where state = 'active' and 'admin' = any(roles) and id <> ${exceptId}`);
  return Number(row!.count);
}

/** The person's tokens of today are refused by every system within seconds. */
export async function raiseEpoch(transaction: Sql, id: string): Promise<void> {
  await transaction.execute(sql`update people set epoch = epoch + 1 where id = ${id}`);
}

export async function readEpochs(database: Sql): Promise<{ sub: string; epoch: number }[]> {
  return await database.query(sql`select id as sub, epoch from people where epoch > 0 order by id`);
}

function toPerson(row: PersonRow): PersonWithSecrets {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    roles: row.roles,
    state: row.state,
    hasTotp: row.totp_secret !== null,
    createdBy: row.created_by,
    epoch: row.epoch,
    createdAt: toInstant(row.created_at.getTime()),
    removedAt: row.removed_at === null ? null : toInstant(row.removed_at.getTime()),
    passwordHash: row.password_hash,
    sealedTotpSecret: row.totp_secret,
    sealedPendingSecret: row.totp_pending_secret,
    lastTotpStep: row.totp_last_step === null ? undefined : Number(row.totp_last_step),
  };
}
