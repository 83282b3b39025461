import type { Instant } from "@assay/primitives/instant";
import type { CustomerId } from "../customers/customer.ts";
import type { OrderId, OrderTerms } from "./order.ts";

/** Brings an order of any type. */
export interface PlaceCommand extends OrderTerms {
  readonly type: "place";
  readonly at: Instant;
}

/** Takes an open order out of the book, or a stop out of its waiting place. */
export interface CancelCommand {
  readonly type: "cancel";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly at: Instant;
}

/** What an amendment wants a resting order to be. */
export interface Amendment {
  readonly priceTicks: number;
  /** The whole order, with what is filled. */
  readonly quantityLots: number;
}

/** Changes a resting order: less of it keeps its place; another price, or more of it, goes to the end of the queue. */
export interface AmendCommand extends Amendment {
  readonly type: "amend";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly at: Instant;
}

/** The engine's own: goes on with stops that the command before it triggered and had no room for. */
export interface TriggerCommand {
  readonly type: "trigger";
  readonly at: Instant;
}

/** What the journal holds, in order; the engine's state is a function of it. */
export type EngineCommand = PlaceCommand | CancelCommand | AmendCommand | TriggerCommand;

/**
 * What the risk check said of a command. It is journaled with the command, because a replay has no ledger to ask. Only a
 * place command can be short of money: a cancel is never at risk, a stop was paid for when it came, and an amendment
 * that finds no money leaves no trace.
 */
export type RiskVerdict = "accepted" | "INSUFFICIENT_FUNDS";

/** Why a command goes no further than the engine, before the risk check and before anything changes. */
export type EngineRefusalCode =
  | "PRICE_OUT_OF_BAND"
  | "TOO_MANY_ORDERS"
  | "WOULD_TAKE"
  | "NO_LIQUIDITY"
  | "NOTIONAL_TOO_SMALL"
  | "STOP_WOULD_TRIGGER";

/** Why an amendment goes no further. */
export type AmendRefusalCode = "PRICE_OUT_OF_BAND" | "WOULD_TAKE" | "QUANTITY_BELOW_FILLED" | "NOTHING_TO_CHANGE";
