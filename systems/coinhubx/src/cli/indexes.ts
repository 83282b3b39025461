import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { formatTable } from "@assay/platform/command-line/terminal";
import { sql } from "@assay/platform/storage/sql";
import { openExchangeDatabase } from "./open-exchange-database.ts";

interface Finding {
  readonly table_name: string;
  readonly finding: string;
}

/** Indexes that are there and cannot be used, and large tables that are mostly read from end to end. */
const FINDINGS = sql`
  select r.relname as table_name, 'index ' || i.relname || ' is not valid' as finding
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class r on r.oid = x.indrelid
    join pg_namespace n on n.oid = r.relnamespace
    where n.nspname = 'public' and not (x.indisvalid and x.indisready)
  union all
  select relname, 'no primary key' from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'schema_migrations'
      and not exists (select from pg_index x where x.indrelid = c.oid and x.indisunique)
  union all
  select relname, 'read from end to end in ' || round(100.0 * seq_scan / (seq_scan + idx_scan)) || ' % of reads'
    from pg_stat_user_tables
    where schemaname = 'public' and n_live_tup > 10000 and seq_scan + idx_scan > 100 and seq_scan > idx_scan
  order by 1, 2`;

export const indexes = defineCommand({
  name: "coinhubx indexes",
  summary: "look for missing and unusable indexes",
  details:
    "Finds indexes that are not valid, tables without a key, and tables above 10 000 rows that are mostly read whole.",
  examples: [["assay coinhubx indexes", "why is it slow?"]],
  exits: { 1: "something was found" },
  async run(context) {
    const { terminal } = context;
    await using database = await openExchangeDatabase(context);
    const found = await database.query<Finding>(FINDINGS);
    if (terminal.isJson) terminal.printJson(found);
    else if (found.length === 0) terminal.print("Every index is there and in use.");
    else {
      const columns = [
        { title: "TABLE", text: (row: Finding) => row.table_name },
        { title: "FINDING", text: (row: Finding) => row.finding },
      ];
      terminal.print(formatTable(terminal, columns, found));
    }
    return found.length === 0 ? EXIT.ok : EXIT.failed;
  },
});
