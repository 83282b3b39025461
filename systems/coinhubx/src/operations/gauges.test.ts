import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import type { Jobs } from "@assay/platform/jobs/jobs";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import type { FlagCache } from "../feature-flags/flag-cache.ts";
import { createLedger } from "../ledger/ledger.ts";
import { openLedgerBatch } from "../ledger/ledger-batch.ts";
import { MIGRATIONS, transfer } from "../ledger/ledger-test-kit.ts";
import { addGauges } from "./gauges.ts";

test("the journal's metrics follow every writer, also the engine's batches and other processes", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  await using ledger = createLedger({ database: database.app, clock: systemClock });
  await ledger.post([transfer("before")]);
  const metrics = createMetrics({ service: "test" });
  const [jobs, cache] = [{} as Jobs, {} as FlagCache];
  addGauges({
    metrics,
    database: database.app,
    clock: systemClock,
    jobs,
    cache,
    listing: { markets: [], assets: [] } as never,
  });
  const seen = async () => {
    await metrics.json();
    const { counters, gauges } = await metrics.json();
    return [gauges.ledger_journal_position, counters.ledger_transfers_total];
  };
  deepEqual(await seen(), [1, 0]);
  await database.app.transaction(async (transaction) => {
    const command = transfer("batched");
    const accounts = [command.debit, command.credit];
    const batch = await openLedgerBatch(transaction, { now: systemClock.now(), accounts });
    batch.apply(command);
    await batch.flush();
  });
  deepEqual(await seen(), [2, 1]);
});
