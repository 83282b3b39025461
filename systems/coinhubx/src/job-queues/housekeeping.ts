import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import { SESSION_IDLE_MS } from "../customers/customer.ts";
import { deleteOldErrorEvents } from "../error-events/error-event-store.ts";

/** Drops what has ended: nothing here decides anything any more. */
export async function cleanUp(database: Database, now: Instant): Promise<void> {
  const yesterday = new Date(addMs(now, -DAY_MS));
  await deleteOldErrorEvents(database, now);
  await database.execute(sql`delete from idempotency_keys where expires_at < ${new Date(now)}`);
  await database.execute(sql`
    delete from sessions where expires_at < ${new Date(now)} or last_seen_at < ${new Date(addMs(now, -SESSION_IDLE_MS))}`);
  await database.execute(sql`
    delete from rate_limits where updated_at < ${yesterday} and (blocked_until is null or blocked_until < ${yesterday})`);
}
