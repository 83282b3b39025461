import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { equalBytes } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { sha256 } from "@assay/primitives/hash";
import type { Database, Sql } from "./database.ts";
import { sql } from "./sql.ts";

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly hash: Uint8Array;
}

const MIGRATION_NAME = /^\d{3}-[a-z0-9-]+\.sql$/;
const MIGRATION_TIMEOUT_MS = 10 * 60_000;

/**
 * Brings a schema up to date with the numbered SQL files (`001-name.sql`) of the directories, in the order given. Each
 * file runs once, in a transaction of its own together with the record of its hash; processes that start together wait
 * for each other. Files are only ever added: a changed one is refused before anything runs.
 * @throws Failure `MIGRATION_CHANGED`, `MIGRATION_NAME_INVALID` or `MIGRATION_FAILED`; `details.migration` names the file.
 */
export async function migrate(database: Database, directories: readonly string[]): Promise<{ applied: string[] }> {
  const migrations = (await Promise.all(directories.map(readMigrations))).flat();
  refuseDuplicates(migrations);
  const hashes = await database.transaction(readRecord, { timeoutMs: MIGRATION_TIMEOUT_MS });
  const missing = migrations.filter((migration) => !isApplied(migration, hashes));
  const applied: string[] = [];
  for (const migration of missing) {
    const ran = await database.transaction((tx) => applyOnce(tx, migration), { timeoutMs: MIGRATION_TIMEOUT_MS });
    if (ran) applied.push(migration.name);
  }
  return { applied };
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return await Promise.all(
    names.map(async (name) => {
      if (!MIGRATION_NAME.test(name)) throw invalidName(name, "a name looks like 001-accounts.sql");
      const text = await readFile(join(directory, name), "utf8");
      return { name, text, hash: sha256(text) };
    }),
  );
}

function refuseDuplicates(migrations: readonly Migration[]): void {
  const names = new Set<string>();
  for (const { name } of migrations) {
    if (names.has(name)) throw invalidName(name, "two directories hold a file of this name");
    names.add(name);
  }
}

/** The hash of each applied file by its name. Creates the record on an empty database. */
async function readRecord(tx: Sql): Promise<Map<string, Uint8Array>> {
  await lock(tx);
  const [found] = await tx.query<{ exists: boolean }>(
    sql`select to_regclass('schema_migrations') is not null as exists`,
  );
  if (!found?.exists) await tx.execute(CREATE_RECORD);
  const rows = await tx.query<{ name: string; sha256: Uint8Array }>(sql`select name, sha256 from schema_migrations`);
  return new Map(rows.map((row) => [row.name, row.sha256]));
}

const CREATE_RECORD = sql`create table schema_migrations (
  name text primary key,
  sha256 bytea not null,
  applied_at timestamptz not null default now()
)`;

async function applyOnce(tx: Sql, migration: Migration): Promise<boolean> {
  // Another process may have applied it while this one waited for the lock.
  if (isApplied(migration, await readRecord(tx))) return false;
  try {
    await tx.execute({ text: migration.text, values: [] });
  } catch (error) {
    if (error instanceof Failure && error.retryable) throw error;
    const details = { migration: migration.name, reason: describe(error, migration.text) };
    throw new Failure("MIGRATION_FAILED", { retryable: false, cause: error, details });
  }
  await tx.execute(sql`insert into schema_migrations (name, sha256) values (${migration.name}, ${migration.hash})`);
  return true;
}

function isApplied({ name, hash }: Migration, hashes: ReadonlyMap<string, Uint8Array>): boolean {
  const known = hashes.get(name);
  if (known === undefined) return false;
  if (equalBytes(known, hash)) return true;
  const reason = "the file differs from the one that was applied; add a new file instead";
  throw new Failure("MIGRATION_CHANGED", { retryable: false, details: { migration: name, reason } });
}

async function lock(tx: Sql): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtext('assay.migrate'))`);
}

function invalidName(migration: string, reason: string): Failure {
  return new Failure("MIGRATION_NAME_INVALID", { retryable: false, details: { migration, reason } });
}

/** PostgreSQL counts characters; people count lines. */
function describe(error: unknown, text: string): string {
  const { message, position } = error as { message?: string; position?: string };
  if (position === undefined) return String(message);
  return `line ${text.slice(0, Number(position)).split("\n").length}: ${message}`;
}
