import { deepEqual, equal } from "node:assert/strict";
import { systemClock } from "@assay/platform/clock/clock";
import { silentLogger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { verifyJournal } from "../../src/ledger/verify-journal.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import { filled } from "../../src/matching/naive-engine.ts";
import { readEngineBook } from "../../src/orders/read-engine-book.ts";
import { createReconciliation } from "../../src/reconciliation/reconciliation.ts";
import type { ExchangeModel } from "./exchange-model.ts";

interface AccountSums {
  readonly owner: string;
  readonly code: string;
  readonly asset: string;
  readonly balance: string;
  readonly pending: string;
}

/** After every step: each customer holds what the model says, and the rest is the house's (L1, L3, X9, X11). */
export async function checkHoldings(database: Database, model: ExchangeModel): Promise<void> {
  const rows = await database.query<AccountSums>(sql`
    select owner, code, asset, credits_posted - debits_posted as balance, debits_pending as pending from ledger_accounts`);
  const find = (owner: string, code: string, asset: string) =>
    rows.find((row) => row.owner === owner && row.code === code && row.asset === asset);
  const balance = (owner: string, code: string, asset: string) => BigInt(find(owner, code, asset)?.balance ?? 0);
  for (const [customer, asset, { free, inOrders, onHold }] of model.customers()) {
    const pending = BigInt(find(customer, "customer", asset)?.pending ?? 0);
    const actual = { free: balance(customer, "customer", asset) - pending, onHold: pending };
    deepEqual(
      { ...actual, inOrders: balance(customer, "customer_orders", asset) },
      { free, onHold, inOrders },
      `${customer} ${asset}`,
    );
  }
  equal(balance("house", "fees", "USDT"), model.fees, "fees are the exact sum of what was charged (X11)");
  for (const asset of ["ETH", "USDT"] as const) equal(-balance("house", "house", asset), model.issued[asset], asset);
}

/** At the end: the journals, the books, the tables and the notices all tell the model's story. */
export async function checkStory(database: Database, model: ExchangeModel): Promise<void> {
  const verdict = await verifyJournal(database);
  deepEqual(verdict.ok, true, "the hash chain holds (L7)");
  await checkBook(database, model);
  await checkTrades(database, model);
  await checkNotices(database);
  const reconciliation = createReconciliation({ database, clock: systemClock, logger: silentLogger });
  const report = await reconciliation.run({ chain: "first" });
  deepEqual(report.mismatches, [], "all books agree (L1, L2, X9, X10)");
}

async function checkBook(database: Database, model: ExchangeModel): Promise<void> {
  const book = await readEngineBook(database, ETH_USDT);
  const resting = book.orders.map(({ orderId, remainingLots }) => [orderId as string, remainingLots] as const);
  const expected = [...model.engine.open, ...model.engine.stops].map(
    (order) => [order.orderId as string, order.quantityLots - filled(order)] as const,
  );
  const byId = (left: readonly [string, number], right: readonly [string, number]) => (left[0] < right[0] ? -1 : 1);
  deepEqual([...resting].sort(byId), [...expected].sort(byId), "the journal replays to the model's book (X4, X10)");
  const bids = model.engine.open.filter((order) => order.side === "buy").map((order) => order.priceTicks);
  const asks = model.engine.open.filter((order) => order.side === "sell").map((order) => order.priceTicks);
  equal(Math.max(0, ...bids) < Math.min(Number.MAX_SAFE_INTEGER, ...asks), true, "the book is not crossed (X3)");
}

async function checkTrades(database: Database, model: ExchangeModel): Promise<void> {
  const rows = await database.query<{ number: string; price: string; lots: string; maker: string; taker: string }>(sql`
    select number, price_ticks as price, quantity_lots as lots, maker_order_id as maker, taker_order_id as taker
      from trades where market = ${ETH_USDT.code} order by number`);
  const actual = rows.map((row) => [Number(row.number), Number(row.price), Number(row.lots), row.maker, row.taker]);
  const expected = model.trades.map((it) => [it.number, it.priceTicks, it.lots, it.maker.orderId, it.taker.orderId]);
  deepEqual(
    actual,
    expected,
    "trades are those of the best price, then the oldest order, at the maker's price (X1, X2)",
  );
}

/** L12: the notices cover the journal exactly: every row once, in order. */
async function checkNotices(database: Database): Promise<void> {
  const rows = await database.query<{ first: number; last: number }>(sql`
    select (payload->>'first_sequence')::int as first, (payload->>'last_sequence')::int as last
      from outbox where topic = 'ledger.transfers' order by id`);
  let covered = 0;
  for (const { first, last } of rows) {
    equal(first, covered + 1, "a notice for every commit, and none without one (L12)");
    covered = last;
  }
  const [row] = await database.query<{ count: string }>(sql`select count(*) as count from ledger_transfers`);
  equal(covered, Number(row!.count));
}
