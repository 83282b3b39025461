import { parseAmount } from "@assay/primitives/amount";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { LARGEST_PRICE_TICKS, type Market } from "./markets.ts";

/** `INVALID_INPUT` names the field that is no plain decimal above zero; the others are rules of the market. */
export type OrderInputRefusal =
  | { readonly code: "INVALID_INPUT"; readonly field: "price" | "quantity" }
  | { readonly code: "PRICE_OFF_TICK" | "QUANTITY_OFF_LOT" | "QUANTITY_TOO_LARGE" }
  | { readonly code: "NOTIONAL_TOO_SMALL" | "PRICE_OUT_OF_BAND" };

export interface TicksAndLots {
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** Reads a limit order's price and quantity, in coins, and checks everything that does not depend on the book. */
export function parseLimit(
  market: Market,
  input: { readonly price: string; readonly quantity: string },
): Result<TicksAndLots, OrderInputRefusal> {
  const priceTicks = parsePrice(market, input.price);
  if (!priceTicks.ok) return priceTicks;
  const quantityLots = parseQuantity(market, input.quantity);
  if (!quantityLots.ok) return quantityLots;
  const notional = BigInt(priceTicks.value) * BigInt(quantityLots.value) * market.unitsPerLotTick;
  if (notional < market.minimumNotional) return refuse({ code: "NOTIONAL_TOO_SMALL" });
  return accept({ priceTicks: priceTicks.value, quantityLots: quantityLots.value });
}

function parsePrice(market: Market, text: string): Result<number, OrderInputRefusal> {
  const price = parseAmount(text, market.quote.decimals);
  if (!price.ok || price.value === 0n) return refuse({ code: "INVALID_INPUT", field: "price" });
  if (price.value % market.tick !== 0n) return refuse({ code: "PRICE_OFF_TICK" });
  const ticks = price.value / market.tick;
  return ticks <= BigInt(LARGEST_PRICE_TICKS) ? accept(Number(ticks)) : refuse({ code: "PRICE_OUT_OF_BAND" });
}

function parseQuantity(market: Market, text: string): Result<number, OrderInputRefusal> {
  const quantity = parseAmount(text, market.base.decimals);
  if (!quantity.ok || quantity.value === 0n) return refuse({ code: "INVALID_INPUT", field: "quantity" });
  if (quantity.value % market.lot !== 0n) return refuse({ code: "QUANTITY_OFF_LOT" });
  const lots = quantity.value / market.lot;
  return lots <= BigInt(market.maximumOrderLots) ? accept(Number(lots)) : refuse({ code: "QUANTITY_TOO_LARGE" });
}

/**
 * Whether a limit lies so far through the market that it is a mistake: a buy above 120 % or a sell below 80 % of the
 * reference price, which is the last trade's or, before any, the listing price.
 */
export function isOutOfBand(side: "buy" | "sell", priceTicks: number, referenceTicks: number): boolean {
  return side === "buy" ? priceTicks * 100 > referenceTicks * 120 : priceTicks * 100 < referenceTicks * 80;
}
