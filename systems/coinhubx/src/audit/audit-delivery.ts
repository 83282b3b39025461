import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { addMs, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import type { AuditEntry } from "./audit-outbox.ts";

export interface AuditDeliveryOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly send: (entries: readonly AuditEntry[]) => Promise<void>;
}

const BATCH = 50;
const LONGEST_WAIT_MS = 5 * MINUTE_MS;

/**
 * Hands the oldest undelivered entries to the plane, in order, at least once; the number delivered. Entries that the
 * plane does not take stay and are tried again with growing pauses. One process at a time.
 */
export async function deliverAuditEntries({ database, clock, send }: AuditDeliveryOptions): Promise<number> {
  return await database.transaction(async (transaction) => {
    const rows = await transaction.query<{
      id: string;
      entry: AuditEntry;
      attempts: number;
      next_attempt_at: Date;
    }>(sql`
      select id, entry, attempts, next_attempt_at from audit_outbox where delivered_at is null
      order by id limit ${BATCH} for update skip locked`);
    const first = rows[0];
    if (first === undefined || first.next_attempt_at.getTime() > clock.now()) return 0;
    const ids = rows.map(({ id }) => id);
    try {
      await send(rows.map(({ entry }) => entry));
    } catch (error) {
      const waitMs = Math.min(SECOND_MS * 2 ** Math.min(first.attempts, 20), LONGEST_WAIT_MS);
      await transaction.execute(sql`
        update audit_outbox set attempts = attempts + 1, last_error = ${String(error)},
          next_attempt_at = ${new Date(addMs(clock.now(), waitMs))} where id = any(${ids}::bigint[])`);
      return 0;
    }
    await transaction.execute(
      sql`update audit_outbox set delivered_at = ${new Date(clock.now())} where id = any(${ids}::bigint[])`,
    );
    return rows.length;
  });
}
