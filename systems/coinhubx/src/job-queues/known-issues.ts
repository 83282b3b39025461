import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { sha256Hex } from "@assay/primitives/hash";

/** Equal for dead jobs of one type that failed for the same reason. */
export function jobFingerprint(queue: string, error: string): string {
  return sha256Hex(queue, "\n", error.replace(/\d+|0x[0-9a-f]+|[0-9a-f-]{16,}/gi, "#")).slice(0, 16);
}

export async function readKnownIssues(database: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ fingerprint: string; note: string }>(
    sql`select fingerprint, note from known_issues`,
  );
  return new Map(rows.map(({ fingerprint, note }) => [fingerprint, note]));
}

export async function noteKnownIssue(
  database: Sql,
  { fingerprint, note, by }: { fingerprint: string; note: string; by: string },
): Promise<void> {
  await database.execute(sql`
    insert into known_issues (fingerprint, note, noted_by, noted_at) values (${fingerprint}, ${note}, ${by}, now())
    on conflict (fingerprint) do update set note = excluded.note, noted_by = excluded.noted_by, noted_at = now()`);
}
