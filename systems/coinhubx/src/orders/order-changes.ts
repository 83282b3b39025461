import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import type { Market } from "../markets/markets.ts";
import type { CanceledEvent, EngineEvent, PlacedEvent, RejectedEvent, TradeEvent } from "../matching/engine-event.ts";
import type { OrderId } from "../matching/order.ts";
import type { ExecutedCommand } from "./engine-journal.ts";
import { type ClientKey, isOpen, type OrderStatus } from "./order.ts";
import { reserveAsset } from "./settlement.ts";

/** What a batch adds to one order, and how it then stands. */
interface OrderChange {
  remainingLots: number;
  reserve: bigint;
  status: OrderStatus;
  /** Since before the batch. */
  filledNotional: bigint;
  feeCharged: bigint;
  /** Set for an order that the batch brought. */
  inserted: InsertedOrder | undefined;
}

interface InsertedOrder {
  readonly sequence: number;
  readonly command: ExecutedCommand["command"] & { readonly type: "place" };
  readonly clientKey: ClientKey;
}

interface TradeRow {
  readonly trade: TradeEvent;
  readonly sequence: number;
}

/** Folds a batch's events into the rows of `orders` and `trades`. */
export class OrderChanges {
  readonly #market: Market;
  readonly #at: Instant;
  readonly #orders = new Map<OrderId, OrderChange>();
  readonly #trades: TradeRow[] = [];

  constructor(market: Market, at: Instant) {
    this.#market = market;
    this.#at = at;
  }

  /** Adds one executed command; `clientKey` belongs to a place command. */
  add({ sequence, command, events }: ExecutedCommand, clientKey?: ClientKey): void {
    if (command.type === "place") {
      assert(clientKey !== undefined, "a new order has a client key");
      this.#orders.set(command.orderId, newChange({ sequence, command, clientKey }));
    }
    for (const event of events) {
      if (event.type === "trade") this.#trades.push({ trade: event, sequence });
      this.#apply(event);
    }
  }

  /** Writes everything in one statement. Every order that changes must still be open in its table, as in the engine. */
  async write(transaction: Sql): Promise<void> {
    const orders = [...this.#orders];
    const inserts = orders.filter(([, change]) => change.inserted !== undefined);
    const updates = orders.filter(([, change]) => change.inserted === undefined);
    const at = new Date(this.#at);
    const [done] = await transaction.query<{ inserted: number; updated: number; traded: number }>(sql`
      with inserted as (
        insert into orders (id, customer_id, market, sequence, client_key, side, price_ticks, quantity_lots,
          remaining_lots, maker_fee_bps, taker_fee_bps, filled_notional, fee_charged, reserve, reserve_asset, status,
          created_at, updated_at)
        select row.*, ${at}, ${at} from json_to_recordset(${this.#insertRows(inserts)}::json) as row(id text,
          customer_id text, market text, sequence bigint, client_key text, side text, price_ticks bigint,
          quantity_lots bigint, remaining_lots bigint, maker_fee_bps smallint, taker_fee_bps smallint,
          filled_notional numeric, fee_charged numeric, reserve numeric, reserve_asset text, status text)
        returning 1
      ), updated as (
        update orders set remaining_lots = row.remaining_lots, reserve = row.reserve, status = row.status,
          filled_notional = orders.filled_notional + row.filled_notional,
          fee_charged = orders.fee_charged + row.fee_charged, updated_at = ${at}
        from json_to_recordset(${updateRows(updates)}::json) as row(id text, remaining_lots bigint, reserve numeric,
          status text, filled_notional numeric, fee_charged numeric)
        where orders.id = row.id and orders.status in ('new', 'partially_filled')
        returning 1
      ), traded as (
        insert into trades (market, number, sequence, price_ticks, quantity_lots, notional, taker_side, maker_order_id,
          taker_order_id, maker_customer_id, taker_customer_id, maker_fee, taker_fee, traded_at)
        select ${this.#market.code}, row.*, ${at} from json_to_recordset(${tradeRows(this.#trades)}::json) as row(
          number bigint, sequence bigint, price_ticks bigint, quantity_lots bigint, notional numeric, taker_side text,
          maker_order_id text, taker_order_id text, maker_customer_id text, taker_customer_id text, maker_fee numeric,
          taker_fee numeric)
        order by row.number
        returning 1
      )
      select (select count(*)::integer from inserted) as inserted, (select count(*)::integer from updated) as updated,
        (select count(*)::integer from traded) as traded`);
    assert(done?.updated === updates.length, "the table and the engine agree on which orders are open");
    assert(done.inserted === inserts.length && done.traded === this.#trades.length, "every row was written");
  }

  #apply(event: EngineEvent): void {
    if (event.type === "trade") this.#applyTrade(event);
    else if (event.type === "canceled") this.#applyCanceled(event);
    else this.#applyPlaced(event);
  }

  #applyCanceled(event: CanceledEvent): void {
    const change = this.#change(event.orderId, event.remainingLots);
    change.status = "canceled";
    change.reserve = 0n;
  }

  #applyTrade({ maker, taker, notional }: TradeEvent): void {
    const made = this.#change(maker.orderId, maker.remainingLots);
    made.reserve = maker.reserve;
    made.status = maker.remainingLots === 0 ? "filled" : "partially_filled";
    const took = this.#change(taker.orderId, taker.remainingLots);
    for (const [change, { fee }] of [
      [made, maker],
      [took, taker],
    ] as const) {
      change.filledNotional += notional;
      change.feeCharged += fee;
    }
  }

  #applyPlaced(event: PlacedEvent | RejectedEvent): void {
    const change = this.#orders.get(event.orderId)!;
    change.status = event.type === "placed" ? event.status : "rejected";
    change.reserve = event.type === "placed" ? event.reserve : 0n;
  }

  #change(orderId: OrderId, remainingLots: number): OrderChange {
    const change = this.#orders.get(orderId) ?? newChange(undefined);
    change.remainingLots = remainingLots;
    this.#orders.set(orderId, change);
    return change;
  }

  #insertRows(inserts: readonly (readonly [OrderId, OrderChange])[]): string {
    return JSON.stringify(
      inserts.map(([id, change]) => {
        const { command, sequence, clientKey } = change.inserted!;
        assert(isOpen(change.status) === change.reserve > 0n, "exactly an open order has a reserve");
        return {
          id,
          customer_id: command.customerId,
          market: this.#market.code,
          sequence,
          client_key: clientKeyText(clientKey),
          side: command.side,
          price_ticks: command.priceTicks,
          quantity_lots: command.quantityLots,
          remaining_lots: change.remainingLots,
          maker_fee_bps: command.makerFeeBps,
          taker_fee_bps: command.takerFeeBps,
          filled_notional: change.filledNotional.toString(),
          fee_charged: change.feeCharged.toString(),
          reserve: change.reserve.toString(),
          reserve_asset: reserveAsset(this.#market, command.side),
          status: change.status,
        };
      }),
    );
  }
}

export function clientKeyText({ kind, value }: ClientKey): string {
  return `${kind}:${value}`;
}

function newChange(inserted: InsertedOrder | undefined): OrderChange {
  const remainingLots = inserted?.command.quantityLots ?? 0;
  return { remainingLots, reserve: 0n, status: "new", filledNotional: 0n, feeCharged: 0n, inserted };
}

function updateRows(updates: readonly (readonly [OrderId, OrderChange])[]): string {
  return JSON.stringify(
    updates.map(([id, change]) => ({
      id,
      remaining_lots: change.remainingLots,
      reserve: change.reserve.toString(),
      status: change.status,
      filled_notional: change.filledNotional.toString(),
      fee_charged: change.feeCharged.toString(),
    })),
  );
}

function tradeRows(trades: readonly TradeRow[]): string {
  return JSON.stringify(
    trades.map(({ trade, sequence }) => ({
      number: trade.number,
      sequence,
      price_ticks: trade.priceTicks,
      quantity_lots: trade.lots,
      notional: trade.notional.toString(),
      taker_side: trade.takerSide,
      maker_order_id: trade.maker.orderId,
      taker_order_id: trade.taker.orderId,
      maker_customer_id: trade.maker.customerId,
      taker_customer_id: trade.taker.customerId,
      maker_fee: trade.maker.fee.toString(),
      taker_fee: trade.taker.fee.toString(),
    })),
  );
}
