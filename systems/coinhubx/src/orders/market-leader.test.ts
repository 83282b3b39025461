import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { createMetrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { customer, limit, place, startTestExchange, type TestExchange } from "../../test/orders/exchange-kit.ts";
import { until } from "../../test/until.ts";
import { readFlagsForShare } from "../feature-flags/flag-store.ts";
import { ETH_USDT } from "../markets/markets.ts";
import type { Exchange } from "./exchange.ts";
import { readEngineBook } from "./read-engine-book.ts";

const [alice, bob] = [customer("alice"), customer("bob")];

/** What the exchange would show of itself, for comparing before and after. */
async function picture(exchange: Exchange) {
  return {
    book: exchange.book(ETH_USDT.code, 500),
    orders: await exchange.orders({ customerId: alice, onlyOpen: false, limit: 100 }),
    trades: await exchange.trades(ETH_USDT.code, { limit: 100 }),
  };
}

async function trade(it: TestExchange): Promise<void> {
  await it.fund(alice, { ETH: "10" });
  await it.fund(bob, { USDT: "50000" });
  for (const price of [3000, 3001, 3001, 3002]) await place(it.exchange, alice, `sell 0.5 @ ${price}`);
  await place(it.exchange, bob, "buy 0.7 @ 3001");
  await place(it.exchange, bob, "buy 0.2 @ 2990");
}

/** Waits until this exchange runs the engine, as a readiness check would. */
async function untilLeading(exchange: Exchange): Promise<void> {
  const deadline = systemClock.monotonicMs() + 10_000;
  while (!exchange.leadership().every(({ isLeading }) => isLeading)) {
    ok(systemClock.monotonicMs() < deadline, "the engine comes back");
    await exchange.marketStates();
  }
}

/** X9: per customer and asset, what is set aside is the sum of the reserves of the open orders, R3. */
async function assertReserves(database: Database): Promise<void> {
  const rows = await database.query(sql`
    select coalesce(a.owner, o.customer_id) as owner, coalesce(a.held, 0) as held, coalesce(o.reserve, 0) as reserve
    from (select owner, asset, credits_posted - debits_posted as held from ledger_accounts where code = 'customer_orders') a
    full join (select customer_id, reserve_asset, sum(reserve) as reserve from orders group by 1, 2) o
      on o.customer_id = a.owner and o.reserve_asset = a.asset
    where coalesce(a.held, 0) <> coalesce(o.reserve, 0)`);
  deepEqual(rows, []);
}

/** R4: the journal, replayed, and the table of orders hold the same open orders. */
async function assertBookIsTable(database: Database): Promise<void> {
  const rows = await database.query<{ id: string; remaining_lots: string; reserve: string }>(sql`
    select id, remaining_lots, reserve from orders where status in ('new', 'partially_filled') order by id`);
  const book = await readEngineBook(database, ETH_USDT);
  equal(book.mismatch, undefined);
  const orders = book.orders.map((order) => [order.orderId, order.remainingLots, order.reserve] as const);
  deepEqual(
    rows.map((row) => [row.id, Number(row.remaining_lots), BigInt(row.reserve)]),
    orders.sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}

test("X10: a new process rebuilds the same book from the journal, and from a snapshot with the rest of it", async () => {
  await using it = await startTestExchange();
  await trade(it);
  const before = await picture(it.exchange);
  await assertBookIsTable(it.database);
  await assertReserves(it.database);
  await it.exchange[Symbol.asyncDispose]();
  equal((await it.database.query(sql`select from engine_snapshots`)).length, 1);

  const second = it.another();
  await second.start();
  deepEqual(await picture(second), before);
  await place(second, bob, "buy 0.3 @ 3000");
  const later = await picture(second);
  await second[Symbol.asyncDispose]();
  await it.test.database.execute(sql`delete from engine_snapshots`);
  const third = it.another();
  await third.start();
  deepEqual(await picture(third), later);
  await assertBookIsTable(it.database);
});

test("a batch that fails leaves nothing behind, and the engine comes back with what was committed", async () => {
  let isBroken = false;
  await using it = await startTestExchange({
    ports: {
      readFlagsForShare: async (transaction) => {
        const flags = await readFlagsForShare(transaction);
        // The engine has run when the ledger is flushed; a statement that fails there loses the whole batch.
        if (isBroken) await transaction.execute(sql`create temporary table orders (id text) on commit drop`);
        return flags;
      },
    },
  });
  await trade(it);
  const before = await picture(it.exchange);
  isBroken = true;
  await rejects(it.exchange.submit(alice, limit("sell 1 @ 3000")));
  isBroken = false;
  await untilLeading(it.exchange);
  deepEqual(await picture(it.exchange), before);
  await place(it.exchange, bob, "buy 0.1 @ 3001");
  await assertBookIsTable(it.database);
  await assertReserves(it.database);
});

test("a second process waits while the first renews, and takes over when it is told to let go", async () => {
  await using it = await startTestExchange();
  await trade(it);
  const second = it.another();
  await second.start();
  deepEqual(second.leadership(), [{ market: ETH_USDT.code, isLeading: false }]);
  await rejects(second.submit(bob, limit("buy 0.1 @ 3001")), { code: "ENGINE_RESTARTING", retryable: true });
  await it.exchange[Symbol.asyncDispose]();
  await untilLeading(second);
  await place(second, bob, "buy 0.1 @ 3001");
});

test("a replaced owner cannot commit: its epoch is over", async () => {
  await using it = await startTestExchange();
  await trade(it);
  // The first stops renewing (here: its lease is made to run out) and goes on believing that it leads.
  await it.test.database.execute(sql`update engine_leases set expires_at = '-infinity'`);
  const second = it.another();
  await second.start();
  deepEqual(second.leadership(), [{ market: ETH_USDT.code, isLeading: true }]);
  const before = await picture(second);
  await rejects(it.exchange.submit(bob, limit("buy 0.5 @ 3001")), { code: "ENGINE_RESTARTING", retryable: true });
  deepEqual(await picture(second), before);
  await place(second, bob, "buy 0.1 @ 3001");
  await assertBookIsTable(it.database);
});

test("a replaced owner keeps nothing of its epoch: it shows no book, and leads again only with what was committed", async () => {
  await using it = await startTestExchange();
  await trade(it);
  await it.test.database.execute(sql`update engine_leases set expires_at = '-infinity'`);
  const second = it.another();
  await second.start();
  await rejects(it.exchange.submit(bob, limit("buy 0.5 @ 3001")), { code: "ENGINE_RESTARTING", retryable: true });
  ok(it.log.lines.some(({ message, level }) => message === "ENGINE_FENCED" && level === "error"));
  deepEqual(it.exchange.leadership(), [{ market: ETH_USDT.code, isLeading: false }]);
  throws(() => it.exchange.book(ETH_USDT.code, 1), { code: "ENGINE_RESTARTING" });
  await rejects(it.exchange.submit(bob, limit("buy 0.5 @ 3001")), { code: "ENGINE_RESTARTING", retryable: true });

  await place(second, bob, "buy 0.1 @ 3001");
  const later = await picture(second);
  await second[Symbol.asyncDispose]();
  await untilLeading(it.exchange);
  deepEqual(await picture(it.exchange), later);
  await place(it.exchange, bob, "buy 0.1 @ 3001");
  await assertBookIsTable(it.database);
  await assertReserves(it.database);
});

test("a replay that takes longer than a lease lasts keeps the lease meanwhile", async () => {
  await using it = await startTestExchange();
  await trade(it);
  await it.exchange[Symbol.asyncDispose]();
  const second = it.another();
  const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holder = it.test.database.transaction(async (transaction) => {
    await transaction.execute(sql`lock table engine_commands in access exclusive mode`);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const starting = second.start();
  const isHeld = async () =>
    (await it.database.query(sql`select from engine_leases where expires_at > clock_timestamp()`)).length === 1;
  await until(isHeld);
  await it.test.database.execute(sql`update engine_leases set expires_at = clock_timestamp() - interval '1 s'`);
  await until(isHeld);
  release.resolve();
  await holder;
  await starting;
  deepEqual(second.leadership(), [{ market: ETH_USDT.code, isLeading: true }]);
});

test("a commit whose answer was lost is looked up: committed orders are answered as if nothing had happened", async () => {
  let cut: "after" | "before" | undefined;
  await using it = await startTestExchange({});
  await trade(it);
  await it.exchange[Symbol.asyncDispose]();
  const exchange = it.another({ database: cutting(it.database, () => cut) });
  await exchange.start();

  cut = "after";
  const placed = await exchange.submit(bob, limit("buy 0.1 @ 3001", "cut after"));
  ok(placed.ok);
  equal(placed.value.order.status, "filled");
  equal((await exchange.order(bob, placed.value.order.id))?.status, "filled");

  cut = "before";
  await rejects(exchange.submit(bob, limit("buy 0.1 @ 3001", "cut before")), { code: "ENGINE_RESTARTING" });
  await untilLeading(exchange);
  const again = await exchange.submit(bob, limit("buy 0.1 @ 3001", "cut before"));
  ok(again.ok && !again.value.isReplay);
  await assertBookIsTable(it.database);
  await assertReserves(it.database);

  /** A database whose next commit of the engine loses its answer, either after it happened or before. */
  function cutting(database: Database, when: () => typeof cut): Database {
    return {
      query: (statement) => database.query(statement),
      execute: (statement) => database.execute(statement),
      listen: (...args) => database.listen(...args),
      pool: () => database.pool(),
      [Symbol.asyncDispose]: async () => undefined,
      async transaction(work, options) {
        const moment = when();
        cut = undefined;
        const unknown = new Failure("OUTCOME_UNKNOWN", { retryable: false });
        const value = await database.transaction(async (transaction) => {
          const result = await work(transaction);
          if (moment === "before") throw unknown;
          return result;
        }, options);
        if (moment === "after") throw unknown;
        return value;
      },
    };
  }
});

test("a journal that its hashes contradict makes the market cancel-only and is reported, and nothing is repaired", async () => {
  await using it = await startTestExchange();
  await trade(it);
  await it.exchange[Symbol.asyncDispose]();
  await it.test.database.execute(sql`delete from engine_snapshots`);
  await it.test.database.execute(sql`alter table engine_commands disable trigger engine_commands_append_only`);
  await it.test.database.execute(sql`update engine_commands set state_hash = ${Buffer.alloc(32)} where sequence = 3`);

  const metrics = createMetrics({ service: "second" });
  const second = it.another({ metrics });
  await second.start();
  equal((await metrics.json()).gauges.engine_replay_mismatch, 1);
  ok(it.log.lines.some(({ message, sequence }) => message === "ENGINE_REPLAY_MISMATCH" && sequence === 3));
  deepEqual(await second.submit(bob, limit("buy 0.1 @ 3001")), { ok: false, refusal: { code: "MARKET_CLOSED" } });
  const [open] = await second.orders({ customerId: alice, onlyOpen: true, limit: 1 });
  equal((await second.cancel(alice, open!.id)).ok, true);
});

test("a snapshot that is not what its hash says is passed over for the journal", async () => {
  await using it = await startTestExchange();
  await trade(it);
  const before = await picture(it.exchange);
  await it.exchange[Symbol.asyncDispose]();
  await it.test.database.execute(sql`update engine_snapshots set state = set_byte(state, 40, 255)`);
  const second = it.another();
  await second.start();
  deepEqual(await picture(second), before);
  ok(it.log.lines.some(({ message }) => message === "Snapshots do not match their hash"));
});

test("a journal with a hole is not led", async () => {
  await using it = await startTestExchange();
  await trade(it);
  await it.exchange[Symbol.asyncDispose]();
  await it.test.database.execute(sql`delete from engine_snapshots`);
  await it.test.database.execute(sql`alter table engine_commands disable trigger engine_commands_append_only`);
  await it.test.database.execute(sql`delete from engine_commands where sequence = 2`);
  const second = it.another();
  await second.start();
  deepEqual(second.leadership(), [{ market: ETH_USDT.code, isLeading: false }]);
});
