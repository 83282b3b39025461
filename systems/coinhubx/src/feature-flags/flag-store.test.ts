import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { disableFlags, enableFlag, readFlags, readFlagsForShare } from "./flag-store.ts";
import { writeInitialFlags } from "./initial-flags.ts";

const migrations = [join(import.meta.dirname, "../../migrations")];
const listing = { markets: ["ETH-USDT"], assets: ["ETH", "USDT"] };
const by = { by: "service:test", reason: "a test" };

async function startFlags(environment = "local") {
  const database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  await writeInitialFlags(database.app, listing, environment);
  return database;
}

test("a first start opens everything in local mode and nothing elsewhere", async () => {
  await using local = await startFlags("local");
  equal((await readFlags(local.app)).checkTrading("ETH-USDT").ok, true);
  equal((await readFlags(local.app)).checkSignups().ok, true);

  await using production = await startFlags("production");
  const flags = await readFlags(production.app);
  equal(flags.checkTrading("ETH-USDT").ok, false);
  equal(flags.isEnabled("signups"), false);
});

test("F1: a row that someone removed means closed, and the next start does not put it back", async () => {
  await using database = await startFlags();
  await database.database.execute(sql`delete from feature_flags where name = 'trading'`);
  await writeInitialFlags(database.app, listing, "local");
  equal((await readFlags(database.app)).checkTrading("ETH-USDT").ok, false);
});

test("F1: a table that cannot be read fails the transaction that asks, so nothing commits", async () => {
  await using database = await startFlags();
  await database.database.execute(sql`alter table feature_flags rename to gone`);
  await rejects(database.app.transaction(readFlagsForShare), { code: "FLAGS_UNREADABLE", retryable: true });
});

test("disabling leaves an audit entry in the same commit, and repeating it is no error", async () => {
  await using database = await startFlags();
  const first = await database.app.transaction((tx) => disableFlags(tx, ["withdrawals", "trading"], by));
  deepEqual(
    first.map(({ name, before, after }) => ({ name, before, after })),
    [
      { name: "trading", before: true, after: false },
      { name: "withdrawals", before: true, after: false },
    ],
  );
  const [again] = await database.app.transaction((tx) => disableFlags(tx, ["trading"], by));
  deepEqual([again?.before, again?.after], [false, false]);
  const entries = await database.app.query<{ action: string }>(
    sql`select entry ->> 'action' as action from audit_outbox order by id`,
  );
  deepEqual(
    entries.map(({ action }) => action),
    ["coinhubx.trading.disable", "coinhubx.withdrawals.disable", "coinhubx.trading.disable"],
  );

  await rejects(
    database.app.transaction(async (tx) => {
      await enableFlag(tx, "trading", by);
      throw new Error("the commit is lost");
    }),
  );
  equal((await readFlags(database.app)).isEnabled("trading"), false);
});

test("C7: a disable waits for the commits that still saw the switch on, and later ones see it off", async () => {
  await using database = await startFlags();
  const order: string[] = [];
  const { promise: mayCommit, resolve: letCommit } = Promise.withResolvers<void>();
  const { promise: hasRead, resolve: tellRead } = Promise.withResolvers<void>();
  const batch = database.app.transaction(async (tx) => {
    equal((await readFlagsForShare(tx)).checkTrading("ETH-USDT").ok, true);
    tellRead();
    await mayCommit;
    order.push("batch commits");
  });
  await hasRead;
  const disabled = database.app
    .transaction((tx) => disableFlags(tx, ["trading"], by))
    .then(() => order.push("disable answered"));
  // The disable is waiting on the row; nothing but the batch's end lets it go on.
  await waitUntilBlocked(database.database);
  letCommit();
  await Promise.all([batch, disabled]);
  deepEqual(order, ["batch commits", "disable answered"]);
  equal((await database.app.transaction(readFlagsForShare)).checkTrading("ETH-USDT").ok, false);
});

async function waitUntilBlocked(database: {
  query<R extends object>(statement: ReturnType<typeof sql>): Promise<R[]>;
}) {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const blocked = await database.query<{ pid: number }>(sql`
      select pid from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0 and datname = current_database()`);
    if (blocked.length > 0) return;
  }
  throw new Error("nothing is waiting for a lock");
}
