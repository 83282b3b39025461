import { parseAmount } from "@assay/primitives/amount";
import { accept, type Refused, type Result, refuse } from "@assay/primitives/result";
import {
  isPlainLimit,
  type OrderOptions,
  type OrderType,
  PLAIN_LIMIT,
  type SelfTradePrevention,
  type TimeInForce,
} from "../matching/order.ts";
import { LARGEST_PRICE_TICKS, type Market } from "./markets.ts";

export type InputField = "price" | "stop_price" | "quantity" | "quote_quantity" | "time_in_force" | "post_only";

/** `INVALID_INPUT` names the field and what is wrong with it; the others are rules of the market. */
export type OrderInputRefusal =
  | { readonly code: "INVALID_INPUT"; readonly field: InputField; readonly reason: string }
  | { readonly code: "PRICE_OFF_TICK" | "QUANTITY_OFF_LOT" | "QUANTITY_TOO_LARGE" }
  | { readonly code: "NOTIONAL_TOO_SMALL" | "PRICE_OUT_OF_BAND" };

export interface TicksAndLots {
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** {@link parseOrder} for a plain limit. */
export function parseLimit(
  market: Market,
  input: { readonly price: string; readonly quantity: string },
): Result<TicksAndLots, OrderInputRefusal> {
  const plain = { side: "buy", type: "limit", post_only: false, self_trade_prevention: PLAIN_LIMIT.stp } as const;
  const parsed = parseOrder(market, { ...plain, ...input });
  if (!parsed.ok) return parsed;
  const { priceTicks, quantityLots } = parsed.value;
  return accept({ priceTicks, quantityLots });
}

function parsePrice(market: Market, field: "price" | "stop_price", text: string): Result<number, OrderInputRefusal> {
  const price = parseAmount(text, market.quote.decimals);
  if (!price.ok || price.value === 0n) return notADecimal(field);
  if (price.value % market.tick !== 0n) return refuse({ code: "PRICE_OFF_TICK" });
  const ticks = price.value / market.tick;
  return ticks <= BigInt(LARGEST_PRICE_TICKS) ? accept(Number(ticks)) : refuse({ code: "PRICE_OUT_OF_BAND" });
}

function parseQuantity(market: Market, text: string): Result<number, OrderInputRefusal> {
  const quantity = parseAmount(text, market.base.decimals);
  if (!quantity.ok || quantity.value === 0n) return notADecimal("quantity");
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

/** What an order may say of itself, in coins. */
export interface OrderInput {
  readonly side: "buy" | "sell";
  readonly type: OrderType;
  readonly time_in_force?: TimeInForce | undefined;
  readonly price?: string | undefined;
  readonly stop_price?: string | undefined;
  readonly quantity?: string | undefined;
  readonly quote_quantity?: string | undefined;
  readonly post_only: boolean;
  readonly self_trade_prevention: SelfTradePrevention;
}

export interface ParsedOrder extends TicksAndLots {
  readonly options: OrderOptions;
}

/** Reads an order of any type and checks everything that does not depend on the book. */
export function parseOrder(market: Market, input: OrderInput): Result<ParsedOrder, OrderInputRefusal> {
  const misused = misusedField(input);
  if (misused !== undefined) return refuse({ code: "INVALID_INPUT", field: misused.field, reason: misused.reason });
  const isLimited = input.type === "limit" || input.type === "stop_limit";
  const isStop = input.type === "stop" || input.type === "stop_limit";
  const price = isLimited ? parsePrice(market, "price", input.price!) : accept(0);
  if (!price.ok) return price;
  const stop = isStop ? parsePrice(market, "stop_price", input.stop_price!) : accept(0);
  if (!stop.ok) return stop;
  const budget = parseBudget(market, input.quote_quantity);
  if (!budget.ok) return budget;
  const lots = input.quantity === undefined ? accept(0) : parseQuantity(market, input.quantity);
  if (!lots.ok) return lots;
  // A market order by quantity has no price to tell its worth with before it trades.
  const worth = budget.value || BigInt(price.value || stop.value) * BigInt(lots.value) * market.unitsPerLotTick;
  const isPriced = isLimited || isStop || budget.value > 0n;
  if (isPriced && worth < market.minimumNotional) return refuse({ code: "NOTIONAL_TOO_SMALL" });
  const options: OrderOptions = {
    orderType: input.type,
    timeInForce: input.time_in_force ?? (isLimited ? "gtc" : "ioc"),
    postOnly: input.post_only,
    stp: input.self_trade_prevention,
    stopPriceTicks: stop.value,
    budget: budget.value,
  };
  const plain = isPlainLimit(options) ? PLAIN_LIMIT : options;
  return accept({ priceTicks: price.value, quantityLots: lots.value, options: plain });
}

/** A field that is missing, or that this type of order does not have. */
function misusedField(input: OrderInput): { readonly field: InputField; readonly reason: string } | undefined {
  const { type, time_in_force: time, price, stop_price: stop, quantity, quote_quantity: budget } = input;
  const isLimited = type === "limit" || type === "stop_limit";
  const isStop = type === "stop" || type === "stop_limit";
  const must = (isWanted: boolean, value: unknown) => isWanted !== (value !== undefined);
  const word = (isWanted: boolean) => (isWanted ? `is required for a ${type} order` : `is not for a ${type} order`);
  if (must(isLimited, price)) return { field: "price", reason: word(isLimited) };
  if (must(isStop, stop)) return { field: "stop_price", reason: word(isStop) };
  const mayHaveBudget = type === "market" && input.side === "buy";
  if (budget !== undefined && !mayHaveBudget) return { field: "quote_quantity", reason: "is only for a market buy" };
  if (must(budget === undefined, quantity))
    return { field: "quantity", reason: "is required, unless a market buy names quote_quantity" };
  if (!isLimited && time === "gtc") return { field: "time_in_force", reason: `must be ioc or fok for a ${type} order` };
  if (budget !== undefined && time === "fok")
    return { field: "time_in_force", reason: "must be ioc for an order with quote_quantity" };
  const mayPost = type === "limit" && (time ?? "gtc") === "gtc";
  if (input.post_only && !mayPost) return { field: "post_only", reason: "is only for a limit order that is gtc" };
  return undefined;
}

function parseBudget(market: Market, text: string | undefined): Result<bigint, OrderInputRefusal> {
  if (text === undefined) return accept(0n);
  const budget = parseAmount(text, market.quote.decimals);
  return budget.ok && budget.value > 0n ? accept(budget.value) : notADecimal("quote_quantity");
}

/** Reads what a customer wants changed of an order. */
export function parseChange(
  market: Market,
  input: { readonly price?: string | undefined; readonly quantity?: string | undefined },
): Result<Partial<TicksAndLots>, OrderInputRefusal> {
  const price = input.price === undefined ? accept(undefined) : parsePrice(market, "price", input.price);
  if (!price.ok) return price;
  const lots = input.quantity === undefined ? accept(undefined) : parseQuantity(market, input.quantity);
  if (!lots.ok) return lots;
  return accept({
    ...(price.value === undefined ? {} : { priceTicks: price.value }),
    ...(lots.value === undefined ? {} : { quantityLots: lots.value }),
  });
}

function notADecimal(field: InputField): Refused<OrderInputRefusal> {
  return refuse({ code: "INVALID_INPUT", field, reason: "is not a decimal above zero" });
}
