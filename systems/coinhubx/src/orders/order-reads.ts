import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { toInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import type { CustomerId } from "../customers/customer.ts";
import type { MarketCode } from "../markets/markets.ts";
import type { EngineEvent } from "../matching/engine-event.ts";
import { type OrderId, type OrderOptions, PLAIN_LIMIT, type Side } from "../matching/order.ts";
import { fromEventJson } from "./engine-event-json.ts";
import { type OptionColumns, readOptions } from "./option-columns.ts";
import { type ClientKey, type Fill, OPEN_STATUSES, type Order, type OrderStatus } from "./order.ts";
import { clientKeyText } from "./order-changes.ts";
import type { PlacedRequest } from "./placed-order.ts";

const ORDER = fragment`select id, customer_id, market, client_key, side, price_ticks, quantity_lots, remaining_lots,
  prevented_lots, filled_notional, fee_charged, status, type as order_type, time_in_force, post_only, stp,
  stop_price_ticks, budget, created_at, updated_at from orders`;

interface OrderRow extends OptionColumns {
  readonly id: OrderId;
  readonly customer_id: CustomerId;
  readonly market: MarketCode;
  readonly client_key: string | null;
  readonly side: Side;
  readonly price_ticks: string | null;
  readonly quantity_lots: string;
  readonly remaining_lots: string;
  readonly prevented_lots: string;
  readonly filled_notional: string;
  readonly fee_charged: string;
  readonly status: OrderStatus;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The customer's order; `undefined` also for another customer's, so that nobody learns which ids exist. */
export async function readOrder(database: Sql, customerId: CustomerId, orderId: OrderId): Promise<Order | undefined> {
  const [row] = await database.query<OrderRow>(sql`${ORDER} where id = ${orderId} and customer_id = ${customerId}`);
  return row === undefined ? undefined : toOrder(row);
}

export interface OrderQuery {
  readonly customerId: CustomerId;
  readonly market?: MarketCode | undefined;
  readonly onlyOpen: boolean;
  /** Orders older than this one. */
  readonly before?: OrderId | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function readOrders(database: Sql, query: OrderQuery): Promise<Order[]> {
  const rows = await database.query<OrderRow>(sql`${ORDER}
    where customer_id = ${query.customerId}
      and (${query.market ?? null}::text is null or market = ${query.market ?? null})
      and (${query.before ?? null}::text is null or id < ${query.before ?? null})
      and (not ${query.onlyOpen} or status = any(${OPEN_STATUSES}))
    order by id desc limit ${query.limit}`);
  return rows.map(toOrder);
}

function toOrder(row: OrderRow): Order {
  return {
    id: row.id,
    customerId: row.customer_id,
    market: row.market,
    clientOrderId: row.client_key?.startsWith("client:") ? row.client_key.slice("client:".length) : undefined,
    side: row.side,
    options: readOptions(row) ?? PLAIN_LIMIT,
    priceTicks: row.price_ticks === null ? undefined : Number(row.price_ticks),
    quantityLots: Number(row.quantity_lots),
    remainingLots: Number(row.remaining_lots),
    preventedLots: Number(row.prevented_lots),
    filledNotional: BigInt(row.filled_notional),
    feeCharged: BigInt(row.fee_charged),
    status: row.status,
    createdAt: toInstant(row.created_at.getTime()),
    updatedAt: toInstant(row.updated_at.getTime()),
  };
}

export interface FillQuery {
  readonly customerId: CustomerId;
  readonly market?: MarketCode | undefined;
  readonly orderId?: OrderId | undefined;
  /** Fills before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

interface FillRow {
  readonly id: string;
  readonly market: MarketCode;
  readonly number: string;
  readonly order_id: OrderId;
  readonly side: Side;
  readonly liquidity: Fill["liquidity"];
  readonly price_ticks: string;
  readonly quantity_lots: string;
  readonly notional: string;
  readonly fee: string;
  readonly traded_at: Date;
}

/**
 * The customer's executions, newest first. A trade is two of them for a customer who trades with itself, which only an
 * order without self-trade prevention does; so each side of a trade has a number of its own.
 */
export async function readFills(database: Sql, query: FillQuery): Promise<Fill[]> {
  const chosen = fragment`(${query.market ?? null}::text is null or market = ${query.market ?? null})
      and (${query.before ?? null}::bigint is null or id * 2 <= ${query.before ?? null})`;
  const order = query.orderId ?? null;
  const rows = await database.query<FillRow>(sql`
    select * from (
    (select id * 2 as id, market, number, maker_order_id as order_id, 'maker' as liquidity,
      case taker_side when 'buy' then 'sell' else 'buy' end as side, price_ticks, quantity_lots, notional,
      maker_fee as fee, traded_at
    from trades where maker_customer_id = ${query.customerId} and (${order}::text is null or maker_order_id = ${order})
      and ${chosen} order by id desc limit ${query.limit})
    union all
    (select id * 2 + 1, market, number, taker_order_id, 'taker', taker_side, price_ticks, quantity_lots, notional, taker_fee,
      traded_at
    from trades where taker_customer_id = ${query.customerId} and (${order}::text is null or taker_order_id = ${order})
      and ${chosen} order by id desc limit ${query.limit})
    ) as fills where ${query.before ?? null}::bigint is null or id < ${query.before ?? null}
    order by id desc limit ${query.limit}`);
  return rows.map((row) => ({
    id: Number(row.id),
    market: row.market,
    tradeNumber: Number(row.number),
    orderId: row.order_id,
    side: row.side,
    liquidity: row.liquidity,
    priceTicks: Number(row.price_ticks),
    quantityLots: Number(row.quantity_lots),
    notional: BigInt(row.notional),
    fee: BigInt(row.fee),
    at: toInstant(row.traded_at.getTime()),
  }));
}

/** An order found again by its client key, with what its command did. */
export interface EarlierOrder {
  readonly request: PlacedRequest;
  readonly events: readonly EngineEvent[];
}

/** Names a client key of one customer in a map. */
export function clientKeyOf(customerId: CustomerId, key: ClientKey): string {
  return `${customerId} ${clientKeyText(key)}`;
}

/** Orders that were already brought under these keys, by {@link clientKeyOf}: as they came, not as they were changed. */
export async function readOrdersByClientKey(
  database: Sql,
  keys: readonly { readonly customerId: CustomerId; readonly clientKey: ClientKey }[],
): Promise<Map<string, EarlierOrder>> {
  const rows = await database.query<OrderRow & { events: JsonValue }>(sql`
    select o.id, o.customer_id, o.market, o.client_key, o.created_at, e.events, c.side, c.price_ticks, c.quantity_lots,
      c.order_type, c.time_in_force, c.post_only, c.stp, c.stop_price_ticks, c.budget
    from unnest(${keys.map((key) => key.customerId)}::text[], ${keys.map((key) => clientKeyText(key.clientKey))}::text[])
      as asked(customer_id, client_key)
    join orders o on o.customer_id = asked.customer_id and o.client_key = asked.client_key
    join engine_commands c on c.market = o.market and c.sequence = o.sequence
    join engine_events e on e.market = o.market and e.sequence = o.sequence`);
  return new Map(rows.map((row) => [`${row.customer_id} ${row.client_key}`, toEarlierOrder(row)]));
}

function toEarlierOrder(row: OrderRow & { events: JsonValue }): EarlierOrder {
  const [kind, ...value] = row.client_key!.split(":");
  const clientKey = { kind: kind as ClientKey["kind"], value: value.join(":") };
  const { id: orderId, customer_id: customerId, market } = row;
  const options: OrderOptions | undefined = readOptions(row);
  const terms = {
    market,
    side: row.side,
    priceTicks: Number(row.price_ticks),
    quantityLots: Number(row.quantity_lots),
    ...(options === undefined ? {} : { options }),
  };
  const at = toInstant(row.created_at.getTime());
  return { request: { orderId, customerId, order: { ...terms, clientKey }, at }, events: fromEventJson(row.events) };
}
