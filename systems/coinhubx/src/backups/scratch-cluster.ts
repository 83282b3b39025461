import { rm } from "node:fs/promises";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { startPostgres } from "@assay/platform/storage/postgres-server";
import { type RestoreOptions, restoreBackup } from "@assay/platform/storage/restore-backup";

const START_TIMEOUT_MS = 10 * 60_000;
const STATEMENT_TIMEOUT_MS = 10 * 60_000;

export interface ScratchOptions extends RestoreOptions {
  /** The database within the cluster. */
  readonly databaseName: string;
}

/** Restores a backup and runs a server on it for as long as `work` takes. The folder stays. */
export async function withRestored<T>(options: ScratchOptions, work: (database: Database) => Promise<T>): Promise<T> {
  await restoreBackup(options);
  const { into: dataDirectory, password, databaseName } = options;
  await using server = await startPostgres({ dataDirectory, password, startTimeoutMs: START_TIMEOUT_MS });
  await using database = openDatabase({
    url: { reveal: () => server.url(databaseName) },
    applicationName: "restored copy",
    maxConnections: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  return await work(database);
}

/** As {@link withRestored} in a folder that is removed again, whatever happens. */
export async function withScratch<T>(options: ScratchOptions, work: (database: Database) => Promise<T>): Promise<T> {
  await rm(options.into, { recursive: true, force: true });
  try {
    return await withRestored(options, work);
  } finally {
    await rm(options.into, { recursive: true, force: true, maxRetries: 3 });
  }
}
