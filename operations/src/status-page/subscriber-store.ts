import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";

/** Somebody, or some program, that wants to be told. */
export interface Subscriber {
  readonly id: string;
  readonly kind: "email" | "webhook";
  readonly target: string;
  readonly state: "pending" | "confirmed";
  /** How often it was asked lately to confirm, and when last. */
  readonly asked: number;
  readonly askedAt: Instant;
}

interface SubscriberRow extends Omit<Subscriber, "askedAt"> {
  asked_at: Date;
}

export interface StatusDelivery {
  readonly id: string;
  readonly subscriberId: string;
  readonly updateId: string;
  readonly state: "queued" | "sent" | "failed";
  readonly attempts: number;
}

export async function findByTarget(
  tx: Sql,
  { kind, target }: Pick<Subscriber, "kind" | "target">,
): Promise<Subscriber | undefined> {
  return toSubscriber(
    await tx.query<SubscriberRow>(
      sql`select id, kind, target, state, asked, asked_at from status_subscribers
        where kind = ${kind} and target = ${target} for update`,
    ),
  );
}

export async function findSubscriber(database: Sql, id: string): Promise<Subscriber | undefined> {
  return toSubscriber(
    await database.query<SubscriberRow>(
      sql`select id, kind, target, state, asked, asked_at from status_subscribers where id = ${id}`,
    ),
  );
}

export async function upsertSubscriber(
  tx: Sql,
  { id, kind, target, state, asked, askedAt }: Subscriber,
): Promise<void> {
  const at = formatInstant(askedAt);
  await tx.execute(sql`
    insert into status_subscribers (id, kind, target, state, created_at, asked, asked_at)
    values (${id}, ${kind}, ${target}, ${state}, ${at}, ${asked}, ${at})
    on conflict (kind, target) do update set asked = excluded.asked, asked_at = excluded.asked_at`);
}

/** False when it is gone. */
export async function confirmSubscriber(database: Sql, id: string, at: Instant): Promise<boolean> {
  const written = await database.execute(sql`
    update status_subscribers set state = 'confirmed', confirmed_at = coalesce(confirmed_at, ${formatInstant(at)}::timestamptz)
    where id = ${id}`);
  return written === 1;
}

export async function deleteSubscriber(database: Sql, id: string): Promise<boolean> {
  return (await database.execute(sql`delete from status_subscribers where id = ${id}`)) === 1;
}

export async function forgetPendingBefore(database: Sql, before: Instant): Promise<void> {
  await database.execute(
    sql`delete from status_subscribers where state = 'pending' and asked_at < ${formatInstant(before)}`,
  );
}

export interface SubscriberCounts {
  readonly email: number;
  readonly webhook: number;
  readonly pending: number;
  readonly failed: number;
}

export async function countSubscribers(database: Sql): Promise<SubscriberCounts> {
  const [row] = await database.query<SubscriberCounts>(sql`
    select count(*) filter (where kind = 'email' and state = 'confirmed')::int as email,
      count(*) filter (where kind = 'webhook' and state = 'confirmed')::int as webhook,
      count(*) filter (where state = 'pending')::int as pending,
      (select count(*) from status_deliveries where state = 'failed')::int as failed
    from status_subscribers`);
  return row!;
}

/** Confirmed ones after the last one seen, in the order of their ids. */
export async function confirmedAfter(database: Sql, after: string, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(sql`
    select id from status_subscribers where state = 'confirmed' and id > ${after} order by id limit ${limit}`);
  return rows.map(({ id }) => id);
}

/** False when this update is on its way to them already. */
export async function insertDelivery(
  tx: Sql,
  {
    id,
    subscriberId,
    updateId,
    at,
  }: Pick<StatusDelivery, "id" | "subscriberId" | "updateId"> & { readonly at: Instant },
): Promise<boolean> {
  const written = await tx.execute(sql`
    insert into status_deliveries (id, subscriber_id, update_id, state, created_at)
    values (${id}, ${subscriberId}, ${updateId}, 'queued', ${formatInstant(at)}) on conflict do nothing`);
  return written === 1;
}

export async function findDelivery(database: Sql, id: string): Promise<StatusDelivery | undefined> {
  const [row] = await database.query<{
    id: string;
    subscriber_id: string;
    update_id: string;
    state: StatusDelivery["state"];
    attempts: number;
  }>(sql`select id, subscriber_id, update_id, state, attempts from status_deliveries where id = ${id}`);
  if (row === undefined) return undefined;
  const { subscriber_id, update_id, ...rest } = row;
  return { ...rest, subscriberId: subscriber_id, updateId: update_id };
}

export async function recordDelivery(
  database: Sql,
  id: string,
  { state, error }: { readonly state: StatusDelivery["state"]; readonly error: string | null },
): Promise<void> {
  await database.execute(sql`
    update status_deliveries set state = ${state}, error = ${error}, attempts = attempts + 1 where id = ${id}`);
}

function toSubscriber([row]: readonly SubscriberRow[]): Subscriber | undefined {
  if (row === undefined) return undefined;
  const { asked_at, ...rest } = row;
  return { ...rest, askedAt: toInstant(asked_at.getTime()) };
}
