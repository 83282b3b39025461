import pg from "pg";
import { toDatabaseFailure } from "./database-failure.ts";
import { sqlStateOf } from "./sql-state.ts";

const TIMEOUT_MS = 2_000;

/**
 * Asks a server over a connection of its own whether it serves a database, within 2 s a step.
 * @throws Failure `DATABASE_UNAVAILABLE` with the reason.
 */
export async function askPostgres(url: { reveal(): string }): Promise<void> {
  try {
    await runOnce(url.reveal(), "select 1");
  } catch (error) {
    throw toDatabaseFailure(error);
  }
}

/** As {@link askPostgres}, and creates the database when the server runs without it. */
export async function askOrCreateDatabase(url: { reveal(): string }): Promise<void> {
  try {
    await runOnce(url.reveal(), "select 1");
  } catch (error) {
    if (sqlStateOf(error) !== INVALID_CATALOG_NAME) throw toDatabaseFailure(error);
    await createDatabase(url.reveal()).catch((cause) => {
      throw toDatabaseFailure(cause);
    });
  }
}

/**
 * Makes a login that can do no more than the read-only role `<database>_readonly`, and makes that role when the migrations
 * that fill it have not run yet.
 */
export async function ensureReader(
  url: { reveal(): string },
  reader: { readonly name: string; readonly password: { reveal(): string } },
): Promise<void> {
  const role = `${decodeURIComponent(new URL(url.reveal()).pathname.slice(1))}_readonly`;
  const name = pg.escapeIdentifier(reader.name);
  const create = (what: string, options: string) =>
    `if not exists (select from pg_roles where rolname = ${pg.escapeLiteral(what)}) then
      create role ${pg.escapeIdentifier(what)} ${options}; end if;`;
  const statements = [
    `do $$ begin ${create(role, "nologin")} ${create(reader.name, "login")} end $$`,
    `alter role ${name} with login connection limit 20 password ${pg.escapeLiteral(reader.password.reveal())}`,
    `grant ${pg.escapeIdentifier(role)} to ${name}`,
  ];
  try {
    await runOnce(url.reveal(), statements.join(";\n"));
  } catch (error) {
    throw toDatabaseFailure(error);
  }
}

const INVALID_CATALOG_NAME = "3D000";

async function createDatabase(text: string): Promise<void> {
  const url = new URL(text);
  const name = decodeURIComponent(url.pathname.slice(1));
  url.pathname = "/postgres";
  await runOnce(url.href, `create database ${pg.escapeIdentifier(name)}`);
}

async function runOnce(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: "assay",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end().catch(() => undefined);
  }
}
