import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { ContactKind } from "../api/schema/delivery.ts";
import type { PageMessage } from "./page-message.ts";

/** One message to one person over one of their channels. */
export interface Notification {
  readonly id: string;
  readonly personId: string;
  readonly personName: string;
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
}

interface NotificationRow {
  id: string;
  person_id: string;
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
}

export async function insertNotification(tx: Sql, notification: Notification): Promise<void> {
  const { id, personId, personName, channelPosition, kind, target, subject, message, createdAt } = notification;
  await tx.execute(sql`
    insert into notifications (id, person_id, person_name, channel_position, kind, target, subject, message, state, created_at)
    values (${id}, ${personId}, ${personName}, ${channelPosition}, ${kind}, ${target}, ${subject},
      ${JSON.stringify(message)}, 'queued', ${formatInstant(createdAt)})`);
}

export async function findNotification(database: Sql, id: string): Promise<Notification | undefined> {
  const [row] = await database.query<NotificationRow>(sql`select * from notifications where id = ${id}`);
  return row && toNotification(row);
}

export async function recordAttempt(
  database: Sql,
  id: string,
  outcome: { readonly state: Notification["state"]; readonly error: string | null; readonly at: Instant },
): Promise<void> {
  const sentAt = outcome.state === "sent" ? formatInstant(outcome.at) : null;
  await database.execute(sql`
    update notifications set state = ${outcome.state}, attempts = attempts + 1, error = ${outcome.error}, sent_at = ${sentAt}
    where id = ${id}`);
}

/** What was sent about the subjects, oldest first. */
export async function notificationsAbout(database: Sql, subjects: readonly string[]): Promise<Notification[]> {
  const rows = await database.query<NotificationRow>(sql`
    select * from notifications where subject = any(${subjects}) order by created_at, channel_position, id limit 500`);
  return rows.map(toNotification);
}

export async function cancelQueued(tx: Sql, subject: string): Promise<void> {
  await tx.execute(sql`
    update notifications set state = 'failed', error = 'no longer needed' where subject = ${subject} and state = 'queued'`);
}

export async function forgetNotificationsBefore(database: Sql, before: Instant): Promise<void> {
  await database.execute(sql`delete from notifications where created_at < ${formatInstant(before)}`);
}

function toNotification(row: NotificationRow): Notification {
  return {
    id: row.id,
    personId: row.person_id,
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
    sentAt: row.sent_at === null ? null : toInstant(row.sent_at.getTime()),
  };
}
