import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";

/** Something that committed. Ids grow in the order of the commits that hold the ledger's lock. */
export interface Notice {
  readonly id: number;
  readonly topic: string;
  readonly payload: JsonObject;
}

export interface RelayOptions {
  readonly database: Database;
  /** Hands notices on, in order. What it throws keeps them all for the next time. */
  readonly deliver: (notices: readonly Notice[]) => Promise<void>;
  readonly now: Instant;
}

const NOTICES_PER_ROUND = 500;
const KEPT_MS = 7 * DAY_MS;

/**
 * Hands on what the outbox holds, in order and at least once (L12): a notice is marked after it was delivered, so it may
 * come twice and is never lost. One relay works at a time; another finds nothing to do. Returns how many went out.
 */
export async function relayOutbox({ database, deliver, now }: RelayOptions): Promise<number> {
  return await database.transaction(async (transaction) => {
    const [lock] = await transaction.query<{ taken: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtextextended('coinhubx.outbox', 0)) as taken`,
    );
    if (!lock?.taken) return 0;
    const rows = await transaction.query<{ id: string; topic: string; payload: JsonObject }>(sql`
      select id, topic, payload from outbox where delivered_at is null order by id limit ${NOTICES_PER_ROUND}`);
    if (rows.length === 0) return 0;
    await deliver(rows.map((row) => ({ ...row, id: Number(row.id) })));
    await transaction.execute(sql`
      update outbox set delivered_at = ${new Date(now)} where id = any(${rows.map((row) => row.id)})`);
    await transaction.execute(sql`delete from outbox where delivered_at < ${new Date(addMs(now, -KEPT_MS))}`);
    return rows.length;
  });
}
