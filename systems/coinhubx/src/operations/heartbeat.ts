import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Instant, toInstant } from "@assay/primitives/instant";

export const WORKER = "coinhubx-worker";

/** Says that a service lives, by the database's clock. */
export async function beat(database: Sql, service: string): Promise<void> {
  await database.execute(sql`
    insert into heartbeats (service, beat_at) values (${service}, now())
    on conflict (service) do update set beat_at = excluded.beat_at`);
}

/** When a service last lived; undefined when it never did. */
export async function readHeartbeat(database: Sql, service: string): Promise<Instant | undefined> {
  const [row] = await database.query<{ beat_at: Date }>(sql`select beat_at from heartbeats where service = ${service}`);
  return row === undefined ? undefined : toInstant(row.beat_at.getTime());
}
