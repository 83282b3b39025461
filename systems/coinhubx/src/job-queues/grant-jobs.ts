import type { Database } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { JOBS_SCHEMA } from "./queues.ts";

const schema = fragment([JOBS_SCHEMA] as unknown as TemplateStringsArray);

/** Lets the application's role enqueue jobs inside its own transactions; `owner` made the schema. */
export async function grantJobs(owner: Database): Promise<void> {
  await owner.transaction(async (transaction) => {
    // Two processes that grant the same at the same time would fail each other.
    await transaction.query(sql`select pg_advisory_xact_lock(hashtextextended('coinhubx.grant_jobs', 0))`);
    await transaction.execute(sql`grant usage on schema ${schema} to coinhubx_app, coinhubx_readonly`);
    await transaction.execute(
      sql`grant select, insert, update, delete on all tables in schema ${schema} to coinhubx_app`,
    );
    await transaction.execute(sql`grant select on all tables in schema ${schema} to coinhubx_readonly`);
    await transaction.execute(sql`grant execute on all functions in schema ${schema} to coinhubx_app`);
  });
}
