import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { ContactKind } from "../api/schema/delivery.ts";
import type { PageMessage } from "./page-message.ts";

/** One message to one person over one of their channels, or to one channel of the plane. */
export interface Notification {
  readonly id: string;
  /** Null for a channel of the plane. */
  readonly personId: string | null;
  readonly channelId: string | null;
  /** Of the person, or of the channel. */
  readonly personName: string;
  /** Which of the person's channels, or how many channels were tried before. */
  readonly channelPosition: number;
  readonly kind: ContactKind;
  readonly target: string;
  /** `alert/alr_…`, `approval/apr_…`, `action/…` */
  readonly subject: string;
  readonly message: PageMessage;
  readonly state: "queued" | "sent" | "failed";
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: Instant;
  readonly sentAt: Instant | null;
  readonly nextAttemptAt: Instant | null;
  /** The notification over the next channel, once this one failed for good. */
  readonly followedBy: string | null;
  /** What became of a failed one; null: a dead letter. */
  readonly closed: "cancelled" | "redriven" | "discarded" | null;
}

interface NotificationRow {
  id: string;
  person_id: string | null;
  channel_id: string | null;
  person_name: string;
  channel_position: number;
  kind: ContactKind;
  target: string;
  subject: string;
  message: PageMessage;
  state: Notification["state"];
  attempts: number;
  error: string | null;
  created_at: Date;
  sent_at: Date | null;
  next_attempt_at: Date | null;
  followed_by: string | null;
  closed: Notification["closed"];
}

export type NewNotification = Pick<
  Notification,
  | "id"
  | "personId"
  | "channelId"
  | "personName"
  | "channelPosition"
  | "kind"
  | "target"
  | "subject"
  | "message"
  | "createdAt"
>;

export async function insertNotification(tx: Sql, notification: NewNotification): Promise<void> {
  const { id, personId, channelId, personName, channelPosition, kind, target, subject, message } = notification;
  await tx.execute(sql`
    insert into notifications (id, person_id, channel_id, person_name, channel_position, kind, target, subject, message,
      state, created_at)
    values (${id}, ${personId}, ${channelId}, ${personName}, ${channelPosition}, ${kind}, ${target}, ${subject},
      ${JSON.stringify(message)}, 'queued', ${formatInstant(notification.createdAt)})`);
}

export async function findNotification(database: Sql, id: string): Promise<Notification | undefined> {
  const [row] = await database.query<NotificationRow>(sql`select * from notifications where id = ${id}`);
  return row && toNotification(row);
}

export interface AttemptOutcome {
  readonly state: Notification["state"];
  readonly error: string | null;
  readonly at: Instant;
  readonly nextAttemptAt?: Instant | null;
}

export async function recordAttempt(database: Sql, id: string, outcome: AttemptOutcome): Promise<void> {
  const sentAt = outcome.state === "sent" ? formatInstant(outcome.at) : null;
  const next = outcome.nextAttemptAt == null ? null : formatInstant(outcome.nextAttemptAt);
  await database.execute(sql`
    update notifications set state = ${outcome.state}, attempts = attempts + 1, error = ${outcome.error},
      sent_at = ${sentAt}, next_attempt_at = ${next}
    where id = ${id}`);
}

export async function recordFollower(tx: Sql, id: string, followedBy: string): Promise<void> {
  await tx.execute(sql`update notifications set followed_by = ${followedBy} where id = ${id}`);
}

/** What was sent about the subjects, oldest first. */
export async function notificationsAbout(database: Sql, subjects: readonly string[]): Promise<Notification[]> {
  const rows = await database.query<NotificationRow>(sql`
    select * from notifications where subject = any(${subjects}) order by created_at, channel_position, id limit 500`);
  return rows.map(toNotification);
}

/** Failed for good, and nobody has looked after it: newest first. */
export async function deadLetters(database: Sql, limit: number): Promise<Notification[]> {
  const rows = await database.query<NotificationRow>(sql`
    select * from notifications where state = 'failed' and closed is null order by id desc limit ${limit}`);
  return rows.map(toNotification);
}

/** False when it is no dead letter (any more). */
export async function closeDeadLetter(
  tx: Sql,
  id: string,
  closed: "redriven" | "discarded",
): Promise<Notification | undefined> {
  const [row] = await tx.query<NotificationRow>(sql`
    update notifications set closed = ${closed} where id = ${id} and state = 'failed' and closed is null returning *`);
  return row && toNotification(row);
}

export async function cancelQueued(tx: Sql, subject: string): Promise<void> {
  await tx.execute(sql`
    update notifications set state = 'failed', error = 'no longer needed', closed = 'cancelled'
    where subject = ${subject} and state = 'queued'`);
}

export async function forgetNotificationsBefore(database: Sql, before: Instant): Promise<void> {
  await database.execute(sql`delete from notifications where created_at < ${formatInstant(before)}`);
}

function toNotification(row: NotificationRow): Notification {
  const at = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  return {
    id: row.id,
    personId: row.person_id,
    channelId: row.channel_id,
    personName: row.person_name,
    channelPosition: row.channel_position,
    kind: row.kind,
    target: row.target,
    subject: row.subject,
    message: row.message,
    state: row.state,
    attempts: row.attempts,
    error: row.error,
    createdAt: toInstant(row.created_at.getTime()),
    sentAt: at(row.sent_at),
    nextAttemptAt: at(row.next_attempt_at),
    followedBy: row.followed_by,
    closed: row.closed,
  };
}
