import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { addMs, type Instant, toInstant } from "@assay/primitives/instant";
import { type Customer, type CustomerId, SECURITY_HOLD_MS } from "./customer.ts";

/** A customer with what proves them; never leaves this folder. */
export interface CustomerRecord extends Customer {
  readonly passwordHash: string;
  readonly sealedTotpSecret: Uint8Array | undefined;
  readonly sealedPendingTotpSecret: Uint8Array | undefined;
  readonly totpLastStep: number | undefined;
}

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly password_hash: string;
  readonly totp_sealed: Uint8Array | null;
  readonly totp_pending_sealed: Uint8Array | null;
  readonly totp_last_step: string | null;
  readonly verified: boolean;
  readonly restricted: boolean;
  readonly withdrawals_held_until: Date | null;
  readonly created_at: Date;
}

const COLUMNS = fragment`id, email, password_hash, totp_sealed, totp_pending_sealed, totp_last_step, verified, restricted,
  withdrawals_held_until, created_at`;

/** Adds a customer; false when the e-mail address is taken. */
export async function insertCustomer(
  transaction: Sql,
  customer: { id: CustomerId; email: string; passwordHash: string; now: Instant },
): Promise<boolean> {
  const added = await transaction.execute(sql`
    insert into users (id, email, password_hash, created_at)
    values (${customer.id}, ${customer.email}, ${customer.passwordHash}, ${new Date(customer.now)})
    on conflict (email) do nothing`);
  return added === 1;
}

export async function findCustomerByEmail(database: Sql, email: string): Promise<CustomerRecord | undefined> {
  const [row] = await database.query<UserRow>(sql`select ${COLUMNS} from users where email = ${email}`);
  return row && toRecord(row);
}

export async function findCustomer(database: Sql, id: CustomerId): Promise<CustomerRecord | undefined> {
  const [row] = await database.query<UserRow>(sql`select ${COLUMNS} from users where id = ${id}`);
  return row && toRecord(row);
}

/** As {@link findCustomer}, held until the transaction ends: one change of a customer's security at a time. */
export async function lockCustomer(transaction: Sql, id: CustomerId): Promise<CustomerRecord | undefined> {
  const [row] = await transaction.query<UserRow>(sql`select ${COLUMNS} from users where id = ${id} for update`);
  return row && toRecord(row);
}

export async function setPasswordHash(transaction: Sql, id: CustomerId, passwordHash: string): Promise<void> {
  await transaction.execute(sql`update users set password_hash = ${passwordHash} where id = ${id}`);
}

export async function setPendingTotpSecret(transaction: Sql, id: CustomerId, sealed: Uint8Array): Promise<void> {
  await transaction.execute(sql`update users set totp_pending_sealed = ${sealed} where id = ${id}`);
}

/** Puts the pending secret into force; `step` is the one of the code that proved it. */
export async function activateTotp(transaction: Sql, id: CustomerId, step: number): Promise<void> {
  await transaction.execute(sql`
    update users set totp_sealed = totp_pending_sealed, totp_pending_sealed = null, totp_last_step = ${step}
    where id = ${id}`);
}

export async function removeTotp(transaction: Sql, id: CustomerId): Promise<void> {
  await transaction.execute(sql`
    update users set totp_sealed = null, totp_pending_sealed = null, totp_last_step = null where id = ${id}`);
  await transaction.execute(sql`delete from recovery_codes where user_id = ${id}`);
}

export async function setTotpStep(transaction: Sql, id: CustomerId, step: number): Promise<void> {
  await transaction.execute(sql`update users set totp_last_step = ${step} where id = ${id}`);
}

export async function holdWithdrawals(transaction: Sql, id: CustomerId, now: Instant): Promise<void> {
  const until = new Date(addMs(now, SECURITY_HOLD_MS));
  await transaction.execute(sql`update users set withdrawals_held_until = ${until} where id = ${id}`);
}

export async function setRestricted(transaction: Sql, id: CustomerId, restricted: boolean): Promise<boolean> {
  return (await transaction.execute(sql`update users set restricted = ${restricted} where id = ${id}`)) === 1;
}

export async function replaceRecoveryCodes(
  transaction: Sql,
  id: CustomerId,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await transaction.execute(sql`delete from recovery_codes where user_id = ${id}`);
  for (const hash of hashes) {
    await transaction.execute(sql`insert into recovery_codes (user_id, code_hash) values (${id}, ${hash})`);
  }
}

/** Uses up a recovery code; false when there is none such, or it was used. */
export async function useRecoveryCode(
  transaction: Sql,
  use: { id: CustomerId; hash: Uint8Array; now: Instant },
): Promise<boolean> {
  const used = await transaction.execute(sql`
    update recovery_codes set used_at = ${new Date(use.now)}
    where user_id = ${use.id} and code_hash = ${use.hash} and used_at is null`);
  return used === 1;
}

function toRecord(row: UserRow): CustomerRecord {
  return {
    id: row.id as CustomerId,
    email: row.email,
    verified: row.verified,
    restricted: row.restricted,
    hasTotp: row.totp_sealed !== null,
    withdrawalsHeldUntil:
      row.withdrawals_held_until === null ? undefined : toInstant(row.withdrawals_held_until.getTime()),
    createdAt: toInstant(row.created_at.getTime()),
    passwordHash: row.password_hash,
    sealedTotpSecret: row.totp_sealed ?? undefined,
    sealedPendingTotpSecret: row.totp_pending_sealed ?? undefined,
    totpLastStep: row.totp_last_step === null ? undefined : Number(row.totp_last_step),
  };
}
