import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { QueueName } from "./queues.ts";

/** The queues that people paused; every worker follows within seconds, and after a restart. */
export async function readPausedQueues(database: Sql): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ queue: string }>(sql`select queue from paused_queues`);
  return new Set(rows.map(({ queue }) => queue));
}

export async function pauseQueue(
  database: Sql,
  queue: QueueName,
  { by, reason }: { by: string; reason: string },
): Promise<void> {
  await database.execute(sql`
    insert into paused_queues (queue, paused_by, reason) values (${queue}, ${by}, ${reason}) on conflict (queue) do nothing`);
}

export async function resumeQueue(database: Sql, queue: QueueName): Promise<void> {
  await database.execute(sql`delete from paused_queues where queue = ${queue}`);
}
