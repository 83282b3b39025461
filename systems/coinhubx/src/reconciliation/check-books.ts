import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { MARKETS } from "../markets/markets.ts";
import { OPEN_STATUSES } from "../orders/order.ts";
import { type EngineOrder, readEngineBook } from "../orders/read-engine-book.ts";
import { MISMATCHES_PER_CHECK, type Mismatch, toMismatch } from "./report.ts";

interface OrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly side: string;
  readonly price_ticks: string;
  readonly quantity_lots: string;
  readonly remaining_lots: string;
  readonly reserve: string;
  readonly reserve_asset: string;
}

/** R4: replayed from its journal, each engine's book holds exactly the open orders of the table. */
export async function checkBooks(snapshot: Sql): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  for (const market of MARKETS) {
    const book = await readEngineBook(snapshot, market);
    if (book.mismatch !== undefined) {
      const place = toMismatch({ check: "R4", expected: 0n, actual: 0n, asset: market.base.code });
      const actual = `${market.code}: replay differs at command ${book.mismatch.sequence}`;
      mismatches.push({ ...place, expected: "the stored state hash", actual, difference: "ENGINE_REPLAY_MISMATCH" });
      continue;
    }
    const rows = await snapshot.query<OrderRow>(sql`
      select id, customer_id, side, coalesce(price_ticks, 0) as price_ticks, quantity_lots, remaining_lots, reserve, reserve_asset from orders
        where market = ${market.code} and status = any(${OPEN_STATUSES})`);
    mismatches.push(...compareBook(book.orders, rows));
  }
  return mismatches.slice(0, MISMATCHES_PER_CHECK);
}

function compareBook(orders: readonly EngineOrder[], rows: readonly OrderRow[]): Mismatch[] {
  const resting = new Map(orders.map((order) => [order.orderId as string, order]));
  const mismatches: Mismatch[] = [];
  for (const row of rows) {
    const order = resting.get(row.id);
    resting.delete(row.id);
    const expected = order === undefined ? "" : describeOrder(order);
    const actual = describeRow(row);
    if (expected !== actual) mismatches.push(toBookMismatch(row.customer_id, row.reserve_asset, { expected, actual }));
  }
  for (const order of resting.values()) {
    const texts = { expected: describeOrder(order), actual: "" };
    mismatches.push(toBookMismatch(order.customerId, order.reserveAsset, texts));
  }
  return mismatches;
}

function toBookMismatch(owner: string, asset: string, texts: { expected: string; actual: string }): Mismatch {
  const difference = texts.expected === "" || texts.actual === "" ? "missing" : "different";
  return { ...toMismatch({ check: "R4", expected: 0n, actual: 0n, owner, asset }), ...texts, difference };
}

function describeOrder(it: EngineOrder): string {
  return `${it.orderId} ${it.customerId} ${it.side} ${it.remainingLots}/${it.quantityLots} @ ${it.priceTicks}, reserve ${it.reserve} ${it.reserveAsset}`;
}

function describeRow(it: OrderRow): string {
  return `${it.id} ${it.customer_id} ${it.side} ${it.remaining_lots}/${it.quantity_lots} @ ${it.price_ticks}, reserve ${it.reserve} ${it.reserve_asset}`;
}
