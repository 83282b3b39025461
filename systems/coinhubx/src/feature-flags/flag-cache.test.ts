import { equal } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { createFlagCache, type FlagCache } from "./flag-cache.ts";
import { disableFlags } from "./flag-store.ts";
import { writeInitialFlags } from "./initial-flags.ts";

const migrations = [join(import.meta.dirname, "../../migrations")];
const listing = { markets: ["ETH-USDT"], assets: ["ETH", "USDT"] };

async function startFlags() {
  const database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  await writeInitialFlags(database.app, listing, "local");
  return database;
}

async function isClosedWithin(cache: FlagCache, limitMs: number): Promise<boolean> {
  const startedMs = systemClock.monotonicMs();
  while (systemClock.monotonicMs() - startedMs < limitMs) {
    if (!cache.current().checkTrading("ETH-USDT").ok) return true;
    await systemClock.sleep(5);
  }
  return false;
}

test("every process sees a disable within a second", async () => {
  await using database = await startFlags();
  await using first = await createFlagCache({ database: database.app, clock: systemClock });
  await using second = await createFlagCache({ database: database.app, clock: systemClock });
  equal(first.current().checkTrading("ETH-USDT").ok, true);
  await database.app.transaction((tx) => disableFlags(tx, ["trading"], { by: "test", reason: "a test" }));
  equal(await isClosedWithin(first, 1_000), true);
  equal(await isClosedWithin(second, 1_000), true);
});

test("a change made by hand in SQL is seen too", async () => {
  await using database = await startFlags();
  await using cache = await createFlagCache({ database: database.app, clock: systemClock });
  await database.database.execute(sql`update feature_flags set enabled = true where name = 'maintenance_mode'`);
  equal(await isClosedWithin(cache, 1_000), true);
});

test("F1: a cache that cannot read closes after a second and opens again by itself", async () => {
  await using database = await startFlags();
  await using cache = await createFlagCache({ database: database.app, clock: systemClock });
  await database.database.execute(sql`alter table feature_flags rename to gone`);
  equal(await isClosedWithin(cache, 2_000), true);
  equal(cache.ageMs() > 1_000, true);
  await database.database.execute(sql`alter table gone rename to feature_flags`);
  await cache.refresh();
  equal(cache.current().checkTrading("ETH-USDT").ok, true);
});
