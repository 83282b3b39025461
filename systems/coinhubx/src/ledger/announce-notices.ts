import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { RelayOptions } from "./outbox-relay.ts";

/** The PostgreSQL channel on which the ledger's notices go out, one JSON text each: `{ id, topic, payload? }`. */
export const LEDGER_CHANNEL = "coinhubx_ledger";

// PostgreSQL refuses 8000 bytes and more; a listener that misses the payload reads the journal by the id's order.
const LONGEST_NOTICE = 7_900;

/** Tells every listener on {@link LEDGER_CHANNEL}; within one round in order, across rounds at least once (L12). */
export function announceNotices(database: Database): RelayOptions["deliver"] {
  return async (notices) => {
    const lines = notices.map(({ id, topic, payload }) => {
      const whole = JSON.stringify({ id, topic, payload });
      return Buffer.byteLength(whole) <= LONGEST_NOTICE ? whole : JSON.stringify({ id, topic });
    });
    await database.execute(sql`
      select pg_notify(${LEDGER_CHANNEL}, line) from unnest(${lines}::text[]) with ordinality as told (line, place) order by place`);
  };
}
