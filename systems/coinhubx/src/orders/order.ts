import type { Instant } from "@assay/primitives/instant";
import type { CustomerId } from "../customers/customer.ts";
import type { FlagRefusal } from "../feature-flags/flag-values.ts";
import type { MarketCode } from "../markets/markets.ts";
import type { OrderId, Side } from "../matching/order.ts";

/** The names of every order status; those of stops and expiry come with their order types. */
export type OrderStatus =
  | "new"
  | "partially_filled"
  | "filled"
  | "canceled"
  | "rejected"
  | "expired"
  | "expired_in_match";

export function isOpen(status: OrderStatus): boolean {
  return status === "new" || status === "partially_filled";
}

/** An order as its customer sees it: prices in ticks, quantities in lots, money in quote units. */
export interface Order {
  readonly id: OrderId;
  readonly customerId: CustomerId;
  readonly market: MarketCode;
  readonly clientOrderId: string | undefined;
  readonly side: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly remainingLots: number;
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

/** A limit order (GTC) as it arrives, already in ticks and lots. */
export interface NewOrder {
  readonly market: MarketCode;
  readonly side: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly clientKey: ClientKey;
}

/** What placing an order did: the order after its own trades, and those trades. Repeats get the first answer again. */
export interface PlacedOrder {
  readonly order: Order;
  readonly fills: readonly Omit<Fill, "id">[];
  readonly isReplay: boolean;
}

export type PlaceRefusal =
  | { readonly code: "PRICE_OUT_OF_BAND" | "TOO_MANY_ORDERS" | "INSUFFICIENT_FUNDS" | "WOULD_TAKE" | "MARKET_CLOSED" }
  | FlagRefusal
  /** `field`: what differs from the first request with the same key. */
  | { readonly code: "IDEMPOTENCY_KEY_REUSED"; readonly field: string };

export type CancelRefusal = { readonly code: "NOT_FOUND" | "ORDER_DONE" };
