import { systemClock } from "@assay/platform/clock/clock";
import { silentLogger } from "@assay/platform/logging/logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { createLedger, type Ledger } from "../../src/ledger/ledger.ts";
import { createExchange, type Exchange } from "../../src/orders/exchange.ts";
import { FaultyDatabase } from "./faulty-database.ts";

/** What a backend process keeps in memory, over a connection that can break. */
export interface SimulatedProcess {
  readonly database: FaultyDatabase;
  readonly ledger: Ledger;
  readonly exchange: Exchange;
}

let seeds = 0;

export async function startProcess(inner: Database): Promise<SimulatedProcess> {
  const database = new FaultyDatabase(inner);
  const shared = { database, clock: systemClock };
  const ledger = createLedger({ ...shared, maxBatchWaitMs: 0 });
  seeds += 1;
  const random = seededRandom(seeds);
  const metrics = createMetrics({ service: "simulation" });
  const exchange = createExchange({ ...shared, random, metrics, logger: silentLogger });
  await exchange.start();
  return { database, ledger, exchange };
}

/** Stops as SIGTERM does. */
export async function stopProcess({ exchange, ledger }: SimulatedProcess): Promise<void> {
  await exchange[Symbol.asyncDispose]();
  await ledger[Symbol.asyncDispose]();
}

/** Stops as SIGKILL does: nothing more is sent, and the lease is left to run out, which takes no time here. */
export async function killProcess(process: SimulatedProcess, administrator: Database): Promise<void> {
  process.database.kill();
  await stopProcess(process);
  await administrator.execute(sql`update engine_leases set expires_at = '-infinity'`);
}
