import type { Instant } from "@assay/primitives/instant";
import type { CustomerId } from "../customers/customer.ts";
import type { FlagRefusal } from "../feature-flags/flag-values.ts";
import type { MarketCode } from "../markets/markets.ts";
import type { AmendRefusalCode, EngineRefusalCode } from "../matching/engine-command.ts";
import type { OrderId, OrderOptions, Side } from "../matching/order.ts";

export type OrderStatus =
  | "pending_trigger"
  | "new"
  | "partially_filled"
  | "filled"
  | "canceled"
  | "rejected"
  | "expired"
  | "expired_in_match";

export function isOpen(status: OrderStatus): boolean {
  return OPEN_STATUSES.includes(status);
}

/** An order with one of these has something set aside for it. */
export const OPEN_STATUSES: readonly OrderStatus[] = ["pending_trigger", "new", "partially_filled"];

/** An order as its customer sees it: prices in ticks, quantities in lots, money in quote units. */
export interface Order {
  readonly id: OrderId;
  readonly customerId: CustomerId;
  readonly market: MarketCode;
  readonly clientOrderId: string | undefined;
  readonly side: Side;
  readonly options: OrderOptions;
  /** Undefined for an order without a limit. */
  readonly priceTicks: number | undefined;
  /** Without what self-trade prevention took away. */
  readonly quantityLots: number;
  readonly remainingLots: number;
  readonly preventedLots: number;
  readonly filledNotional: bigint;
  readonly feeCharged: bigint;
  readonly status: OrderStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** One execution from one customer's side. */
export interface Fill {
  /** Grows with time; pages continue after it. */
  readonly id: number;
  readonly market: MarketCode;
  readonly tradeNumber: number;
  readonly orderId: OrderId;
  readonly side: Side;
  readonly liquidity: "maker" | "taker";
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly notional: bigint;
  readonly fee: bigint;
  readonly at: Instant;
}

/** What makes a repeated request the same order: the client's own id, or an Idempotency-Key. */
export type ClientKey = { readonly kind: "client" | "key"; readonly value: string };

/** An order as it arrives, already in ticks and lots. */
export interface NewOrder {
  readonly market: MarketCode;
  readonly side: Side;
  /** Zero for an order without a limit. */
  readonly priceTicks: number;
  /** Zero for a market buy that is told a budget. */
  readonly quantityLots: number;
  /** Left out for a plain limit. */
  readonly options?: OrderOptions;
  readonly clientKey: ClientKey;
}

/** What a customer wants changed of an open order; what is left out stays. */
export interface OrderChange {
  readonly priceTicks?: number | undefined;
  /** The whole quantity, with what is filled. */
  readonly quantityLots?: number | undefined;
}

/** What placing an order did: the order after its own trades, and those trades. Repeats get the first answer again. */
export interface PlacedOrder {
  readonly order: Order;
  readonly fills: readonly Omit<Fill, "id">[];
  readonly isReplay: boolean;
}

export type PlaceRefusal =
  | { readonly code: EngineRefusalCode | "INSUFFICIENT_FUNDS" | "MARKET_CLOSED" }
  | FlagRefusal
  /** `field`: what differs from the first request with the same key. */
  | { readonly code: "IDEMPOTENCY_KEY_REUSED"; readonly field: string };

/** `NOT_RESTING`: a stop that still waits is canceled and placed anew instead. */
export type AmendRefusal =
  | {
      readonly code:
        | Exclude<AmendRefusalCode, "NOTHING_TO_CHANGE">
        | "INSUFFICIENT_FUNDS"
        | "MARKET_CLOSED"
        | "NOTIONAL_TOO_SMALL"
        | "NOT_FOUND"
        | "NOT_RESTING"
        | "ORDER_DONE";
    }
  | FlagRefusal;

export type CancelRefusal = { readonly code: "NOT_FOUND" | "ORDER_DONE" };
