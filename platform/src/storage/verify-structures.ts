import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

export interface StructureFinding {
  readonly relation: string;
  readonly finding: string;
}

const TIMEOUT_MS = 30 * 60_000;

/**
 * Reads every table and B-tree index of the database and compares them, as `pg_amcheck --heapallindexed` does; an empty
 * list is sound. Wants the superuser; on a large database it takes minutes, so it belongs on a restored copy.
 */
export async function verifyStructures(database: Database): Promise<StructureFinding[]> {
  await database.execute(sql`create extension if not exists amcheck`);
  const relations = await database.query<{ oid: string; name: string; kind: string }>(sql`
    select c.oid::text, c.oid::regclass::text as name, case when c.relkind = 'i' then 'index' else 'table' end as kind
    from pg_class c join pg_am a on a.oid = c.relam left join pg_index i on i.indexrelid = c.oid
    where c.relpersistence = 'p'
      and (c.relkind in ('r', 't', 'm') and a.amname = 'heap' or c.relkind = 'i' and a.amname = 'btree' and i.indisvalid)
    order by 2`);
  const findings: StructureFinding[] = [];
  for (const { oid, name, kind } of relations) {
    const found = kind === "index" ? await checkIndex(database, oid) : await checkTable(database, oid);
    findings.push(...found.map((finding) => ({ relation: name, finding })));
  }
  return findings;
}

async function checkIndex(database: Database, oid: string): Promise<string[]> {
  try {
    await database.transaction((tx) => tx.query(sql`select bt_index_check(${oid}::oid::regclass, true)`), {
      timeoutMs: TIMEOUT_MS,
    });
    return [];
  } catch (error) {
    if (!isCorruption(error)) throw error;
    return [(error as Error).message];
  }
}

async function checkTable(database: Database, oid: string): Promise<string[]> {
  const rows = await database.transaction(
    (tx) => tx.query<{ finding: string }>(sql`select msg as finding from verify_heapam(${oid}::oid::regclass)`),
    { timeoutMs: TIMEOUT_MS },
  );
  return rows.map((row) => row.finding);
}

/** `data_corrupted` and `index_corrupted`. */
function isCorruption(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "XX001" || code === "XX002";
}
