import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { HOUR_MS, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import type { Role } from "../manifest/manifest.ts";

export type SessionTransport = "cookie" | "bearer";

/** A session ends after twelve hours, or after two without a call. */
export const SESSION_LIFETIME_MS = 12 * HOUR_MS;
const IDLE_LIFETIME_MS = 2 * HOUR_MS;
const SEEN_EVERY_MS = MINUTE_MS;

export interface Session {
  readonly id: string;
  readonly personId: string;
  readonly transport: SessionTransport;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
  readonly steppedUpAt: Instant | null;
  readonly address: string;
  readonly userAgent: string;
}

/** A session with the person as they are now. */
export interface SessionOfPerson extends Session {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly hasTotp: boolean;
}

interface SessionRow {
  readonly id: string;
  readonly person_id: string;
  readonly transport: SessionTransport;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
  readonly stepped_up_at: Date | null;
  readonly address: string;
  readonly user_agent: string;
}

export async function insertSession(transaction: Sql, tokenHash: Uint8Array, session: Session): Promise<void> {
  await transaction.execute(sql`
    insert into sessions (id, token_hash, person_id, transport, created_at, last_seen_at, expires_at, stepped_up_at,
      address, user_agent)
    values (${session.id}, ${Buffer.from(tokenHash)}, ${session.personId}, ${session.transport},
      ${new Date(session.createdAt)}, ${new Date(session.lastSeenAt)}, ${new Date(session.expiresAt)},
      ${session.steppedUpAt === null ? null : new Date(session.steppedUpAt)}, ${session.address}, ${session.userAgent})`);
}

/** Undefined when there is none, its time is over or the person was removed. */
export async function findSession(
  database: Sql,
  tokenHash: Uint8Array,
  now: Instant,
): Promise<SessionOfPerson | undefined> {
  const [row] = await database.query<
    SessionRow & { name: string; email: string; roles: Role[]; has_totp: boolean }
  >(sql`
    select session.id, person_id, transport, session.created_at, last_seen_at, expires_at, stepped_up_at, address,
      user_agent, name, email, roles, totp_secret is not null as has_totp
    from sessions session join people person on person.id = person_id and person.state = 'active'
    where token_hash = ${Buffer.from(tokenHash)} and expires_at > ${new Date(now)}
      and last_seen_at > ${new Date(now - IDLE_LIFETIME_MS)}`);
  if (row === undefined) return undefined;
  return { ...toSession(row), name: row.name, email: row.email, roles: row.roles, hasTotp: row.has_totp };
}

/** Written at most once a minute per session. */
export async function noteSeen(database: Sql, session: Session, now: Instant): Promise<void> {
  if (now - session.lastSeenAt < SEEN_EVERY_MS) return;
  await database.execute(sql`update sessions set last_seen_at = ${new Date(now)} where id = ${session.id}`);
}

export async function noteSteppedUp(transaction: Sql, sessionId: string, now: Instant): Promise<void> {
  await transaction.execute(sql`update sessions set stepped_up_at = ${new Date(now)} where id = ${sessionId}`);
}

export async function listSessions(database: Sql, personId: string, now: Instant): Promise<Session[]> {
  const rows = await database.query<SessionRow>(sql`
    select id, person_id, transport, created_at, last_seen_at, expires_at, stepped_up_at, address, user_agent
    from sessions where person_id = ${personId} and expires_at > ${new Date(now)}
      and last_seen_at > ${new Date(now - IDLE_LIFETIME_MS)}
    order by created_at desc limit 200`);
  return rows.map(toSession);
}

/** Whether the session lasts and its person may act. */
export async function isSessionOpen(database: Sql, id: string, now: Instant): Promise<boolean> {
  const rows = await database.query(sql`
    select 1 from sessions session join people person on person.id = person_id and person.state = 'active'
    where session.id = ${id} and expires_at > ${new Date(now)}
      and last_seen_at > ${new Date(now - IDLE_LIFETIME_MS)}`);
  return rows.length === 1;
}

/** Ends one session of that person; false when there is none. */
export async function deleteSession(database: Sql, id: string, personId: string): Promise<boolean> {
  return (await database.execute(sql`delete from sessions where id = ${id} and person_id = ${personId}`)) === 1;
}

/** Ends all sessions of a person, or all but one. */
export async function deleteSessionsOf(transaction: Sql, personId: string, exceptId?: string): Promise<number> {
  return await transaction.execute(sql`
    delete from sessions where person_id = ${personId} and id is distinct from ${exceptId ?? null}`);
}

export async function deleteExpiredSessions(database: Sql, now: Instant): Promise<void> {
  await database.execute(sql`
    delete from sessions where expires_at <= ${new Date(now)} or last_seen_at <= ${new Date(now - IDLE_LIFETIME_MS)}`);
}

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    personId: row.person_id,
    transport: row.transport,
    createdAt: toInstant(row.created_at.getTime()),
    lastSeenAt: toInstant(row.last_seen_at.getTime()),
    expiresAt: toInstant(row.expires_at.getTime()),
    steppedUpAt: row.stepped_up_at === null ? null : toInstant(row.stepped_up_at.getTime()),
    address: row.address,
    userAgent: row.user_agent,
  };
}
