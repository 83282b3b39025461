import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { type Column, formatTable } from "@assay/platform/command-line/terminal";
import { Secret } from "@assay/platform/config/secret";
import type { Row } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sqlStateOf } from "@assay/platform/storage/sql-state";

const TIMEOUT_MS = 60_000;

export const command = defineCommand({
  name: "sql",
  usage: "<system> [statement]",
  summary: "read a system's database",
  details: `Runs one statement in a read-only transaction, as a role that may only read, and prints its rows. Without a statement
it reads one from standard input. Nothing can be changed with it: changes go through actions, which are recorded.`,
  examples: [
    ['assay sql coinhubx "SELECT 1"', "does the database answer?"],
    ['assay sql coinhubx "SELECT state, count(*) FROM pg_stat_activity GROUP BY state"', "its connections"],
    ["assay sql operations --json < query.sql", "rows as JSON"],
  ],
  words: { min: 1, max: 2 },
  exits: { 1: "the statement is wrong or wants to write", 3: "the database cannot be reached" },
  run: async (context, { words: [system = "", given] }) => {
    const { terminal } = context;
    const statement = (given ?? (await context.readInput())).trim();
    if (statement === "") throw new UsageError("the statement is missing");
    const url = new Secret(await context.databaseUrl(system));
    await using database = openDatabase({
      url,
      applicationName: "assay sql",
      maxConnections: 1,
      role: `${system}_readonly`,
    });
    try {
      const rows = await database.transaction((tx) => tx.query({ text: statement, values: [], mustBeSingle: true }), {
        readOnly: true,
        timeoutMs: TIMEOUT_MS,
      });
      if (terminal.isJson) terminal.printJson(rows.map(toJsonRow));
      else terminal.print(formatRows(rows ?? [], terminal));
      return EXIT.ok;
    } catch (error) {
      if (sqlStateOf(error) === undefined) throw error;
      terminal.printError(terminal.style("bad", `${(error as Error).message} (${sqlStateOf(error)})`));
      return EXIT.failed;
    }
  },
});

function formatRows(rows: readonly Row[], terminal: Parameters<typeof formatTable>[0]): string {
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return "(no rows)";
  const columns: Column<Row>[] = names.map((title) => ({ title, text: (row) => toText(row[title]) }));
  return `${formatTable(terminal, columns, rows)}\n(${rows.length} row${rows.length === 1 ? "" : "s"})`;
}

function toJsonRow(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? toText(value) : value]),
  );
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
