import type { Instant } from "@assay/primitives/instant";
import type { CustomerId } from "../customers/customer.ts";
import type { OrderId, OrderTerms } from "./order.ts";

/** Adds a limit order that stays until it is filled or canceled (GTC). */
export interface PlaceCommand extends OrderTerms {
  readonly type: "place";
  readonly at: Instant;
}

/** Takes an open order out of the book. */
export interface CancelCommand {
  readonly type: "cancel";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly at: Instant;
}

/** What the journal holds, in order; the engine's state is a function of it. */
export type EngineCommand = PlaceCommand | CancelCommand;

/**
 * What the risk check said of a command. It is journaled with the command, because a replay has no ledger to ask; a
 * cancel is never at risk.
 */
export type RiskVerdict = "accepted" | "INSUFFICIENT_FUNDS";

/** Why a command goes no further than the engine, before the risk check and before anything changes. */
export type EngineRefusalCode = "PRICE_OUT_OF_BAND" | "TOO_MANY_ORDERS";
