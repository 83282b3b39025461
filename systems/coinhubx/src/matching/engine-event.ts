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

export type PlacedStatus = "new" | "partially_filled" | "filled" | "expired_in_match";

/** The end of a place command: how the order stands after its trades. */
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
  /** What stays set aside: above zero exactly when the order rests. */
  readonly reserve: bigint;
}

export interface RejectedEvent {
  readonly type: "rejected";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly code: "INSUFFICIENT_FUNDS";
}

export interface CanceledEvent {
  readonly type: "canceled";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly priceTicks: number;
  readonly remainingLots: number;
  readonly released: bigint;
}

/** What a command did. The tables of orders and trades, the ledger's moves and market data are folds of these. */
export type EngineEvent = TradeEvent | PlacedEvent | RejectedEvent | CanceledEvent;
