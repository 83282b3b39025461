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
