import type { EngineEvent, PlacedStatus } from "./engine-event.ts";
import type { BookOrder, OrderTerms } from "./order.ts";

/** Why an order stopped trading before it was filled or found nothing more. */
export type Stopped = "own_order" | "spent" | undefined;

export function statusOf(order: BookOrder, rests: boolean, stopped: Stopped): PlacedStatus {
  if (stopped === "own_order") return "expired_in_match";
  // A budget is what was ordered: spending it down to less than a lot fills the order.
  if (order.remainingLots === 0 || stopped === "spent") return "filled";
  if (!rests) return "expired";
  return order.remainingLots === order.quantityLots ? "new" : "partially_filled";
}

interface Money {
  readonly reserved: bigint;
  readonly released: bigint;
  readonly reserve: bigint;
}

export function placed(
  order: OrderTerms & { readonly remainingLots?: number },
  status: PlacedStatus,
  money: Money,
): EngineEvent {
  return {
    type: "placed",
    orderId: order.orderId,
    customerId: order.customerId,
    side: order.side,
    priceTicks: order.priceTicks,
    quantityLots: order.quantityLots,
    remainingLots: order.remainingLots ?? order.quantityLots,
    status,
    reserved: money.reserved,
    released: money.released,
    reserve: money.reserve,
  };
}

export function removed(order: BookOrder, type: "canceled" | "maker_expired"): EngineEvent {
  return {
    type,
    orderId: order.orderId,
    customerId: order.customerId,
    side: order.side,
    priceTicks: order.priceTicks,
    remainingLots: order.remainingLots,
    released: order.reserve,
  };
}

interface Change {
  readonly keepsPlace: boolean;
  readonly fromLots: number;
  readonly reserved: bigint;
  readonly released: bigint;
}

export function amended(from: BookOrder, to: BookOrder, change: Change): EngineEvent {
  const { orderId, customerId, side, priceTicks, quantityLots, remainingLots, reserve } = to;
  const { keepsPlace, fromLots, reserved, released } = change;
  return {
    ...{ type: "amended", orderId, customerId, side, keepsPlace, fromPriceTicks: from.priceTicks, fromLots },
    ...{ priceTicks, quantityLots, remainingLots, reserved, released, reserve },
  };
}
