import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Matcher } from "../api/schema/quiet.ts";

/** Alerts that fit are not told until it ends. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly reason: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly createdAt: Instant;
  readonly endsAt: Instant;
  /** When somebody ended it before its time. */
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
}

interface SilenceRow {
  id: string;
  matchers: readonly Matcher[];
  reason: string;
  by_id: string;
  by_name: string;
  created_at: Date;
  ends_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
}

export async function insertSilence(tx: Sql, silence: Silence): Promise<void> {
  const { id, matchers, reason, by, createdAt, endsAt } = silence;
  await tx.execute(sql`
    insert into silences (id, matchers, reason, by_id, by_name, created_at, ends_at)
    values (${id}, ${JSON.stringify(matchers)}, ${reason}, ${by.id}, ${by.name}, ${formatInstant(createdAt)},
      ${formatInstant(endsAt)})`);
}

export async function endSilence(
  tx: Sql,
  id: string,
  { at, by }: { readonly at: Instant; readonly by: string },
): Promise<void> {
  await tx.execute(
    sql`update silences set ended_at = ${formatInstant(at)}, ended_by = ${by} where id = ${id} and ended_at is null`,
  );
}

/** Those that end after `since`, newest first. */
export async function silencesSince(database: Sql, since: Instant, limit: number): Promise<Silence[]> {
  const rows = await database.query<SilenceRow>(sql`
    select * from silences where ends_at > ${formatInstant(since)} order by id desc limit ${limit}`);
  return rows.map(toSilence);
}

function toSilence(row: SilenceRow): Silence {
  return {
    id: row.id,
    matchers: row.matchers,
    reason: row.reason,
    by: { id: row.by_id, name: row.by_name },
    createdAt: toInstant(row.created_at.getTime()),
    endsAt: toInstant(row.ends_at.getTime()),
    endedAt: row.ended_at === null ? null : toInstant(row.ended_at.getTime()),
    endedBy: row.ended_by,
  };
}
