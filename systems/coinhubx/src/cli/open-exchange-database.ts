import type { CommandContext } from "@assay/platform/command-line/command-context";
import { Secret } from "@assay/platform/config/secret";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";

const STATEMENT_TIMEOUT_MS = 5 * 60_000;

/** The exchange's database, as a role that can only read. */
export async function openExchangeDatabase(context: CommandContext): Promise<Database> {
  const url = new Secret(await context.databaseUrl("coinhubx"));
  const role = "coinhubx_readonly";
  return openDatabase({
    url,
    applicationName: "assay coinhubx",
    role,
    maxConnections: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
}
