import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, HOUR_MS, type Instant, toInstant } from "@assay/primitives/instant";
import type { SeriesStore } from "./series-store.ts";

const KEPT_MS = 2 * HOUR_MS;

/** Writes the present values of the metrics that rules read over a window, and forgets what no window reaches. */
export async function keepSnapshot(
  database: Database,
  { system, series }: { readonly system: string; readonly series: SeriesStore },
  now: Instant,
): Promise<void> {
  const samples = series.snapshot(now);
  if (Object.keys(samples).length > 0)
    await database.execute(sql`
      insert into metric_snapshots (system, taken_at, samples)
      values (${system}, ${formatInstant(now)}, ${JSON.stringify(samples)}) on conflict do nothing`);
  await database.execute(sql`delete from metric_snapshots where taken_at < ${formatInstant(toInstant(now - KEPT_MS))}`);
}

/**
 * Fills an empty store after a restart, so that an increase over an hour does not begin at nothing. What happened
 * between two snapshots is known only by its end: a reset in between can hide growth, never invent it.
 */
export async function restoreSnapshots(
  database: Database,
  { system, series }: { readonly system: string; readonly series: SeriesStore },
  now: Instant,
): Promise<void> {
  const rows = await database.query<{ taken_at: Date; samples: Record<string, number> }>(sql`
    select taken_at, samples from metric_snapshots
    where system = ${system} and taken_at >= ${formatInstant(toInstant(now - KEPT_MS))}
      and taken_at <= ${formatInstant(now)} order by taken_at limit 1000`);
  for (const { taken_at, samples } of rows) series.restore(samples, taken_at.getTime());
}
