import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { toHex } from "@assay/primitives/bytes";

/** Enough of a database to tell whether a copy is the same: where the journal ends and how much there is of the rest. */
export interface DatabaseFacts {
  readonly journalPosition: number;
  /** Lower-case hex; empty for an empty journal. */
  readonly journalHash: string;
  /** Rows of the tables from which nothing is ever deleted. */
  readonly counts: Readonly<Record<string, number>>;
}

const GROWING_TABLES = [
  "ledger_accounts",
  "ledger_transfers",
  "orders",
  "trades",
  "engine_commands",
  "reconciliation_reports",
  "users",
] as const;

export async function readFacts(database: Sql): Promise<DatabaseFacts> {
  const [head] = await database.query<{ sequence: string; hash: Uint8Array }>(
    sql`select sequence, hash from ledger_transfers order by sequence desc limit 1`,
  );
  const counts: Record<string, number> = {};
  for (const table of await existing(database)) {
    const statement = { text: `select count(*) as count from ${table}`, values: [] };
    const [row] = await database.query<{ count: string }>(statement);
    counts[table] = Number(row!.count);
  }
  return {
    journalPosition: Number(head?.sequence ?? 0),
    journalHash: head === undefined ? "" : toHex(head.hash),
    counts,
  };
}

async function existing(database: Sql): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    sql`select name from unnest(${GROWING_TABLES}::text[]) as name where to_regclass(name) is not null order by name`,
  );
  return rows.map((row) => row.name);
}

/** What differs between a copy and the database it was made of; undefined when the copy lies between the two looks. */
export function findDifference(
  copy: DatabaseFacts,
  { before, after }: { readonly before: DatabaseFacts; readonly after: DatabaseFacts },
): string | undefined {
  const figures = (facts: DatabaseFacts): Record<string, number> => ({
    "the journal's end": facts.journalPosition,
    ...facts.counts,
  });
  const [low, high, actual] = [figures(before), figures(after), figures(copy)];
  for (const [what, least] of Object.entries(low)) {
    const found = actual[what] ?? 0;
    if (found < least || found > (high[what] ?? least)) return `${what}: ${found}, not ${least} to ${high[what]}`;
  }
  for (const end of [before, after]) {
    if (end.journalPosition === copy.journalPosition && end.journalHash !== copy.journalHash) {
      return "the journal's last hash";
    }
  }
  return undefined;
}
