import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { customer, limit, startTestExchange } from "../../test/orders/exchange-kit.ts";
import { ETH_USDT } from "../markets/markets.ts";
import type { OrderId } from "../matching/order.ts";
import { readEngineBook } from "./read-engine-book.ts";

const TRADERS = ["alice", "bob", "carol", "dave"].map(customer);

test("L11: a database killed under load loses no acknowledged order, and trading comes back by itself", async () => {
  await using it = await startTestExchange({ ownCluster: true });
  for (const trader of TRADERS) await it.fund(trader, { ETH: "1000", USDT: "3000000" });
  const acknowledged: OrderId[] = [];
  const failures = new Set<string>();
  let isOver = false;
  const trade = async (index: number) => {
    for (let number = 0; !isOver; number += 1) {
      const [side, price] = (number + index) % 2 === 0 ? ["buy", 3000 + (number % 7)] : ["sell", 3000 - (number % 5)];
      try {
        const placed = await it.exchange.submit(TRADERS[index]!, limit(`${side} 0.01 @ ${price}`));
        if (placed.ok) acknowledged.push(placed.value.order.id);
      } catch (error) {
        ok(error instanceof Failure, String(error));
        failures.add(error.code);
        await systemClock.sleep(20);
      }
    }
  };
  const traders = TRADERS.map((_, index) => trade(index));
  const until = async (count: number) => {
    while (acknowledged.length < count) await systemClock.sleep(5);
  };
  await until(40);
  await it.test.cluster.kill();
  const beforeRestart = acknowledged.length;
  await it.test.cluster.start();
  await until(beforeRestart + 40);
  isOver = true;
  await Promise.all(traders);

  ok(failures.size > 0, "the loss was noticed");
  const stored = await it.database.query<{ id: OrderId }>(sql`select id from orders where id = any(${acknowledged})`);
  equal(stored.length, acknowledged.length);
  const book = await readEngineBook(it.database, ETH_USDT);
  const open = await it.database.query<{ id: OrderId; reserve: string }>(sql`
    select id, reserve from orders where status in ('new', 'partially_filled') order by id`);
  deepEqual(
    open.map(({ id, reserve }) => [id, BigInt(reserve)]),
    book.orders.map(({ orderId, reserve }) => [orderId, reserve]).sort(([left], [right]) => (left! < right! ? -1 : 1)),
  );
  const [sums] = await it.database.query<{ held: string; reserved: string }>(sql`
    select (select coalesce(sum(credits_posted - debits_posted), 0) from ledger_accounts where code = 'customer_orders') as held,
      (select coalesce(sum(reserve), 0) from orders) as reserved`);
  equal(sums?.held, sums?.reserved);
});
