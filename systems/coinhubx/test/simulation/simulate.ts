import { seededRandom } from "@assay/platform/random/random";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { assert } from "@assay/primitives/assert";
import { writeInitialFlags } from "../../src/feature-flags/initial-flags.ts";
import { MIGRATIONS } from "../../src/ledger/ledger-test-kit.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import { checkHoldings, checkStory } from "./check-simulation.ts";
import { Simulation } from "./simulation.ts";

export interface SimulateOptions {
  readonly seed: number;
  readonly steps: number;
  readonly log?: (line: string) => void;
  /** A database to use and wipe; one is started when left out. */
  readonly database?: TestDatabase;
}

/**
 * Runs ledger, exchange and switches through the steps that the seed chooses, with connections that break at any
 * statement, commits whose outcome is lost, and processes that are killed at work, and compares everything with a small
 * model after each step. The seed repeats the run but for the races inside it.
 * @throws Error naming the seed and the step when the exchange is not what the model says.
 */
export async function simulate({ seed, steps, log = () => undefined, database }: SimulateOptions): Promise<void> {
  if (database === undefined) {
    await using own = await startSimulationDatabase();
    return await simulate({ seed, steps, log, database: own });
  }
  const { app, database: administrator } = database;
  await wipe(database);
  const simulation = await Simulation.start({ random: seededRandom(seed), administrator, app, log });
  let step = 0;
  try {
    for (step = 1; step <= steps; step += 1) {
      await simulation.step();
      await checkHoldings(app, simulation.model);
    }
    assert((await simulation.countDoubles()) === 0, "a client key names one order (L5)");
    await checkStory(app, simulation.model);
  } catch (cause) {
    throw new Error(`seed ${seed} failed at step ${step}: ${(cause as Error).message}`, { cause });
  } finally {
    await simulation.stop();
  }
}

export function startSimulationDatabase(): Promise<TestDatabase> {
  return startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
}

const KEPT = ["schema_migrations", "assets", "markets", "engine_leases"];

async function wipe({ app, database }: TestDatabase): Promise<void> {
  const tables = await database.query<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = 'public' and tablename <> all(${KEPT})`,
  );
  await database.transaction(async (transaction) => {
    // The journal's own trigger would refuse, and rightly.
    await transaction.execute(sql`set local session_replication_role = replica`);
    const names = tables.map(({ name }) => `"${name}"`).join(", ");
    await transaction.execute({ text: `truncate ${names} restart identity cascade`, values: [] });
    await transaction.execute(sql`update engine_leases set owner = '', expires_at = '-infinity'`);
  });
  await writeInitialFlags(app, { markets: [ETH_USDT.code], assets: [] }, "local");
}
