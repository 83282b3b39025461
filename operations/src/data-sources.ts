import type { Secret } from "@assay/platform/config/secret";
import type { Database, Row } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import type { JsonObject } from "@assay/primitives/json";
import type { DataSource } from "./runbooks/run/ports.ts";

export interface DataSources extends AsyncDisposable {
  readonly find: (system: string) => DataSource | undefined;
}

const CONNECTIONS = 2;

/**
 * Read-only connections to the systems' databases, for `sql` steps: as the role `<system>_readonly`, in transactions that
 * cannot write. Nothing connects before the first query.
 */
export function dataSources(urls: Readonly<Record<string, Secret<string>>>): DataSources {
  const databases = new Map<string, Database>(
    Object.entries(urls).map(([system, url]) => [
      system,
      openDatabase({
        url,
        applicationName: "operations runbooks",
        role: `${system.replaceAll("-", "_")}_readonly`,
        maxConnections: CONNECTIONS,
      }),
    ]),
  );
  return {
    find: (system) => {
      const database = databases.get(system);
      return database && { query: (text, values, timeoutMs) => read(database, { text, values }, timeoutMs) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const database of databases.values()) await database[Symbol.asyncDispose]();
    },
  };
}

async function read(
  database: Database,
  statement: { readonly text: string; readonly values: readonly unknown[] },
  timeoutMs: number,
): Promise<readonly JsonObject[]> {
  // Several statements in one text could end the transaction that cannot write, and go on without it.
  const single = { ...statement, mustBeSingle: true };
  const rows = await database.transaction((tx) => tx.query<Row>(single), { readOnly: true, timeoutMs });
  return JSON.parse(JSON.stringify(rows)) as JsonObject[];
}
