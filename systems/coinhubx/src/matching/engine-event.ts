import type { CustomerId } from "../customers/customer.ts";
import type { OrderId, Side } from "./order.ts";

/** One side of a trade, with the order as the trade leaves it. */
export interface TradeParty {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  /** Quote units charged by this fill. */
  readonly fee: bigint;
  readonly remainingLots: number;
}

export interface TradeEvent {
  readonly type: "trade";
  /** 1, 2, 3 … within the market, without gaps. */
  readonly number: number;
  /** The maker's price. */
  readonly priceTicks: number;
  readonly lots: number;
  /** Quote units from buyer to seller, before fees. */
  readonly notional: bigint;
  readonly takerSide: Side;
  readonly maker: TradeParty & {
    /** What stays set aside for it. A maker trades at its own limit, so nothing is left over to release. */
    readonly reserve: bigint;
  };
  readonly taker: TradeParty;
}

export type PlacedStatus = "new" | "partially_filled" | "filled" | "expired" | "expired_in_match" | "pending_trigger";

/** How an order stands once it has come, was triggered, or was given a new place, and has traded what it could. */
export interface PlacedEvent {
  readonly type: "placed";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly remainingLots: number;
  readonly status: PlacedStatus;
  /** Set aside by the risk check, and given back at the end; quote units for a buy, base units for a sell. */
  readonly reserved: bigint;
  readonly released: bigint;
  /** What stays set aside: above zero exactly when the order rests or waits for its trigger. */
  readonly reserve: bigint;
}

export interface RejectedEvent {
  readonly type: "rejected";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly code: "INSUFFICIENT_FUNDS";
}

/** A resting order left the book: by its customer's wish, or expired because its customer's own order met it. */
export interface CanceledEvent {
  readonly type: "canceled" | "maker_expired";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly priceTicks: number;
  readonly remainingLots: number;
  readonly released: bigint;
}

/** A stop that was still waiting was canceled: no price level changes. */
export interface StopCanceledEvent {
  readonly type: "stop_canceled";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly remainingLots: number;
  readonly released: bigint;
}

/** A stop's condition became true; how it fared follows as its `placed`. */
export interface TriggeredEvent {
  readonly type: "triggered";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly stopPriceTicks: number;
  readonly lastPriceTicks: number;
}

/** Two orders of one customer met: both lose the same lots, and nobody trades. */
export interface DecrementedEvent {
  readonly type: "decremented";
  readonly priceTicks: number;
  readonly lots: number;
  readonly maker: {
    readonly orderId: OrderId;
    readonly customerId: CustomerId;
    readonly side: Side;
    readonly remainingLots: number;
    readonly reserve: bigint;
    readonly released: bigint;
  };
  readonly taker: { readonly orderId: OrderId; readonly customerId: CustomerId; readonly remainingLots: number };
}

/** An order was changed. One that lost its place has no more lots in the book until its `placed`, which follows. */
export interface AmendedEvent {
  readonly type: "amended";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly keepsPlace: boolean;
  readonly fromPriceTicks: number;
  /** What left the level of the old price. */
  readonly fromLots: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly remainingLots: number;
  /** Set aside in addition by the risk check. */
  readonly reserved: bigint;
  readonly released: bigint;
  readonly reserve: bigint;
}

/** What a command did. The tables of orders and trades, the ledger's moves and market data are folds of these. */
export type EngineEvent =
  | TradeEvent
  | PlacedEvent
  | RejectedEvent
  | CanceledEvent
  | StopCanceledEvent
  | TriggeredEvent
  | DecrementedEvent
  | AmendedEvent;
