import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { assert } from "@assay/primitives/assert";
import type { Instant } from "@assay/primitives/instant";
import type { Market } from "../markets/markets.ts";
import type { PlaceCommand } from "../matching/engine-command.ts";
import type { DecrementedEvent, EngineEvent, TradeEvent } from "../matching/engine-event.ts";
import { type OrderId, PLAIN_LIMIT } from "../matching/order.ts";
import type { ExecutedCommand } from "./engine-journal.ts";
import { optionColumns } from "./option-columns.ts";
import { type ClientKey, isOpen, OPEN_STATUSES, type OrderStatus } from "./order.ts";
import { reserveAsset } from "./settlement.ts";

/** What a batch adds to one order, and how it then stands; what is undefined stays as it was. */
interface OrderRowChange {
  remainingLots: number;
  reserve: bigint;
  status: OrderStatus | undefined;
  priceTicks: number | undefined;
  quantityLots: number | undefined;
  /** Since before the batch. */
  filledNotional: bigint;
  feeCharged: bigint;
  preventedLots: number;
  /** Taken off a quantity that the batch does not know. */
  shrunkLots: number;
  /** Set for an order that the batch brought. */
  inserted: InsertedOrder | undefined;
}

interface InsertedOrder {
  readonly sequence: number;
  readonly command: PlaceCommand;
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
  readonly #orders = new Map<OrderId, OrderRowChange>();
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
          remaining_lots, prevented_lots, maker_fee_bps, taker_fee_bps, filled_notional, fee_charged, reserve,
          reserve_asset, status, type, time_in_force, post_only, stp, stop_price_ticks, budget, created_at, updated_at)
        select row.*, ${at}, ${at} from json_to_recordset(${this.#insertRows(inserts)}::json) as row(id text,
          customer_id text, market text, sequence bigint, client_key text, side text, price_ticks bigint,
          quantity_lots bigint, remaining_lots bigint, prevented_lots bigint, maker_fee_bps smallint,
          taker_fee_bps smallint, filled_notional numeric, fee_charged numeric, reserve numeric, reserve_asset text,
          status text, order_type text, time_in_force text, post_only boolean, stp text, stop_price_ticks bigint,
          budget numeric)
        returning 1
      ), updated as (
        update orders set remaining_lots = row.remaining_lots, reserve = row.reserve,
          status = coalesce(row.status, orders.status),
          price_ticks = case when orders.type in ('limit', 'stop_limit')
            then coalesce(row.price_ticks, orders.price_ticks) end,
          quantity_lots = coalesce(row.quantity_lots, orders.quantity_lots) - row.shrunk_lots,
          prevented_lots = orders.prevented_lots + row.prevented_lots,
          filled_notional = orders.filled_notional + row.filled_notional,
          fee_charged = orders.fee_charged + row.fee_charged, updated_at = ${at}
        from json_to_recordset(${updateRows(updates)}::json) as row(id text, remaining_lots bigint, reserve numeric,
          status text, price_ticks bigint, quantity_lots bigint, shrunk_lots bigint, prevented_lots bigint,
          filled_notional numeric, fee_charged numeric)
        where orders.id = row.id and orders.status = any(${OPEN_STATUSES})
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
    switch (event.type) {
      case "trade":
        this.#applyTrade(event);
        break;
      case "decremented":
        this.#applyDecremented(event);
        break;
      case "placed":
        Object.assign(this.#change(event.orderId, event.remainingLots), {
          ...{ status: event.status, reserve: event.reserve, priceTicks: event.priceTicks },
          quantityLots: event.quantityLots,
        });
        break;
      case "amended": {
        const { reserve, priceTicks, quantityLots } = event;
        Object.assign(this.#change(event.orderId, event.remainingLots), { reserve, priceTicks, quantityLots });
        break;
      }
      case "canceled":
      case "stop_canceled":
        Object.assign(this.#change(event.orderId, event.remainingLots), { status: "canceled", reserve: 0n });
        break;
      case "maker_expired":
        Object.assign(this.#change(event.orderId, event.remainingLots), { status: "expired_in_match", reserve: 0n });
        break;
      case "rejected":
        Object.assign(this.#orders.get(event.orderId)!, { status: "rejected", reserve: 0n });
        break;
      case "triggered":
        // What becomes of it follows as its `placed`.
        break;
    }
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

  #applyDecremented({ maker, taker, lots }: DecrementedEvent): void {
    const made = this.#change(maker.orderId, maker.remainingLots);
    made.reserve = maker.reserve;
    if (maker.remainingLots === 0) made.status = "expired_in_match";
    made.preventedLots += lots;
    if (made.quantityLots === undefined) made.shrunkLots += lots;
    else made.quantityLots -= lots;
    // What is left of the taker's quantity follows with its `placed`.
    this.#change(taker.orderId, taker.remainingLots).preventedLots += lots;
  }

  #change(orderId: OrderId, remainingLots: number): OrderRowChange {
    const change = this.#orders.get(orderId) ?? newChange(undefined);
    change.remainingLots = remainingLots;
    this.#orders.set(orderId, change);
    return change;
  }

  #insertRows(inserts: readonly (readonly [OrderId, OrderRowChange])[]): string {
    return JSON.stringify(
      inserts.map(([id, change]) => {
        const { command, sequence, clientKey } = change.inserted!;
        const { status, quantityLots } = change;
        assert(status !== undefined && isOpen(status) === change.reserve > 0n, "exactly an open order has a reserve");
        const { orderType } = command.options ?? PLAIN_LIMIT;
        const hasLimit = orderType === "limit" || orderType === "stop_limit";
        return {
          id,
          customer_id: command.customerId,
          market: this.#market.code,
          sequence,
          client_key: clientKeyText(clientKey),
          side: command.side,
          price_ticks: hasLimit ? (change.priceTicks ?? command.priceTicks) : null,
          quantity_lots: quantityLots ?? command.quantityLots,
          remaining_lots: change.remainingLots,
          prevented_lots: change.preventedLots,
          maker_fee_bps: command.makerFeeBps,
          taker_fee_bps: command.takerFeeBps,
          filled_notional: change.filledNotional.toString(),
          fee_charged: change.feeCharged.toString(),
          reserve: change.reserve.toString(),
          reserve_asset: reserveAsset(this.#market, command.side),
          status,
          ...optionColumns(command.options ?? PLAIN_LIMIT),
        };
      }),
    );
  }
}

export function clientKeyText({ kind, value }: ClientKey): string {
  return `${kind}:${value}`;
}

function newChange(inserted: InsertedOrder | undefined): OrderRowChange {
  return {
    ...{ remainingLots: inserted?.command.quantityLots ?? 0, reserve: 0n, filledNotional: 0n, feeCharged: 0n },
    ...{ status: undefined, priceTicks: undefined, quantityLots: undefined, preventedLots: 0, shrunkLots: 0 },
    inserted,
  };
}

function updateRows(updates: readonly (readonly [OrderId, OrderRowChange])[]): string {
  return JSON.stringify(
    updates.map(([id, change]) => ({
      id,
      remaining_lots: change.remainingLots,
      reserve: change.reserve.toString(),
      status: change.status,
      price_ticks: change.priceTicks,
      quantity_lots: change.quantityLots,
      shrunk_lots: change.shrunkLots,
      prevented_lots: change.preventedLots,
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
