import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { addMs, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import { type CustomerId, SESSION_IDLE_MS, SESSION_LIFETIME_MS } from "./customer.ts";

export interface Session {
  readonly id: string;
  readonly customerId: CustomerId;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
}

export interface SessionOwner extends Session {
  readonly email: string;
  readonly restricted: boolean;
}

/** How exactly the last use is known; saves a write per request. */
const SEEN_STEP_MS = MINUTE_MS;

export async function insertSession(
  transaction: Sql,
  session: { id: string; tokenHash: Uint8Array; customerId: CustomerId; now: Instant; remoteAddress: string },
): Promise<Session> {
  const expiresAt = addMs(session.now, SESSION_LIFETIME_MS);
  await transaction.execute(sql`
    insert into sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at, remote_address)
    values (${session.id}, ${session.tokenHash}, ${session.customerId}, ${new Date(session.now)}, ${new Date(session.now)},
      ${new Date(expiresAt)}, ${session.remoteAddress})`);
  const { id, customerId, now } = session;
  return { id, customerId, createdAt: now, lastSeenAt: now, expiresAt };
}

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
  readonly email: string;
  readonly restricted: boolean;
}

/** The session of a token, unless it idled too long or ended. Notes that it was seen. */
export async function useSession(
  database: Sql,
  tokenHash: Uint8Array,
  now: Instant,
): Promise<SessionOwner | undefined> {
  const [row] = await database.query<SessionRow>(sql`
    select s.id, s.user_id, s.created_at, s.last_seen_at, s.expires_at, u.email, u.restricted
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${tokenHash} and s.expires_at > ${new Date(now)}
      and s.last_seen_at > ${new Date(addMs(now, -SESSION_IDLE_MS))}`);
  if (row === undefined) return undefined;
  const session = toSession(row);
  if (now - session.lastSeenAt >= SEEN_STEP_MS) {
    await database.execute(sql`update sessions set last_seen_at = ${new Date(now)} where id = ${session.id}`);
  }
  return { ...session, email: row.email, restricted: row.restricted };
}

export async function endSession(transaction: Sql, id: string): Promise<void> {
  await transaction.execute(sql`delete from sessions where id = ${id}`);
}

/** Ends all sessions of a customer but one; with none to keep, all. */
export async function endOtherSessions(
  transaction: Sql,
  customerId: CustomerId,
  keep: string | undefined,
): Promise<void> {
  await transaction.execute(sql`delete from sessions where user_id = ${customerId} and id <> ${keep ?? ""}`);
}

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    customerId: row.user_id as CustomerId,
    createdAt: toInstant(row.created_at.getTime()),
    lastSeenAt: toInstant(row.last_seen_at.getTime()),
    expiresAt: toInstant(row.expires_at.getTime()),
  };
}
