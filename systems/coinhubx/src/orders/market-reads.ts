import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { addMs, DAY_MS, type Instant, toInstant } from "@assay/primitives/instant";
import type { MarketCode } from "../markets/markets.ts";
import type { Side } from "../matching/order.ts";
import type { PublicTrade } from "./market-feed.ts";

interface TradeRow {
  readonly number: string;
  readonly price_ticks: string;
  readonly quantity_lots: string;
  readonly taker_side: Side;
  readonly traded_at: Date;
}

/** Public trades, newest first; those before number `before`. */
export async function readTrades(
  database: Sql,
  market: MarketCode,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<PublicTrade[]> {
  const rows = await database.query<TradeRow>(sql`
    select number, price_ticks, quantity_lots, taker_side, traded_at from trades
    where market = ${market} and number < ${page.before ?? Number.MAX_SAFE_INTEGER}
    order by number desc limit ${page.limit}`);
  return rows.map((row) => ({
    number: Number(row.number),
    priceTicks: Number(row.price_ticks),
    lots: Number(row.quantity_lots),
    takerSide: row.taker_side,
    at: toInstant(row.traded_at.getTime()),
  }));
}

/** What traded in the last 24 hours; the prices are absent when nothing did. */
export interface DayTrading {
  readonly openTicks: number | undefined;
  readonly highTicks: number | undefined;
  readonly lowTicks: number | undefined;
  readonly lastTicks: number | undefined;
  readonly lots: bigint;
  readonly notional: bigint;
  readonly trades: number;
}

interface DayRow {
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly last: string | null;
  readonly lots: string;
  readonly notional: string;
  readonly trades: string;
}

export async function readDayTrading(database: Sql, market: MarketCode, now: Instant): Promise<DayTrading> {
  const since = new Date(addMs(now, -DAY_MS));
  const [row] = await database.query<DayRow>(sql`
    select (array_agg(price_ticks order by number))[1] as open, max(price_ticks) as high, min(price_ticks) as low,
      (array_agg(price_ticks order by number desc))[1] as last, coalesce(sum(quantity_lots), 0) as lots,
      coalesce(sum(notional), 0) as notional, count(*) as trades
    from trades where market = ${market} and traded_at > ${since}`);
  const { open, high, low, last, lots, notional, trades } = row!;
  const [openTicks, highTicks, lowTicks, lastTicks] = [open, high, low, last].map((price) =>
    price === null ? undefined : Number(price),
  );
  const totals = { lots: BigInt(lots), notional: BigInt(notional), trades: Number(trades) };
  return { openTicks, highTicks, lowTicks, lastTicks, ...totals };
}
