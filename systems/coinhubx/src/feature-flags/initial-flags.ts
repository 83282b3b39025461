import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { flagNames, type Listing } from "./flag-name.ts";

/**
 * Writes the flags of a first start: all open in local mode, elsewhere all off until two people enable them. Only an
 * empty table is filled, so that a row someone removed stays missing, which means closed.
 */
export async function writeInitialFlags(database: Database, listing: Listing, environment: string): Promise<void> {
  const names = flagNames(listing);
  const enabled = names.map((name) => environment === "local" && name !== "maintenance_mode");
  await database.transaction(async (transaction) => {
    // Two processes may start at once.
    await transaction.query(sql`select pg_advisory_xact_lock(hashtextextended('coinhubx.feature_flags', 0))`);
    await transaction.execute(sql`
      insert into feature_flags (name, enabled, updated_by, reason)
      select name, enabled, 'system', 'first start' from unnest(${names}::text[], ${enabled}::boolean[]) as initial (name, enabled)
      where not exists (select from feature_flags)`);
  });
}
