import { type Amount, formatAmount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import type { Brand } from "@assay/primitives/brand";
import { amountOf, ETH, type ListedAsset, USDT, WBTC } from "./assets.ts";

/** A market's name, base then quote: `ETH-USDT`. */
export type MarketCode = Brand<string, "MarketCode">;

/** What a market lets happen: everything, no taking, nothing but cancels, nothing at all. */
export type MarketState = "open" | "post_only" | "cancel_only" | "closed";

/** A fee rate is at most 100 basis points (1 %), and a maker never pays more than a taker. */
export const LARGEST_FEE_BPS = 100;
export const LARGEST_PRICE_TICKS = 2 ** 31 - 1;
const LARGEST_RESTING_ORDERS = 1_000_000;

/** The rules of one market. Prices are counted in ticks and quantities in lots, both whole numbers. */
export interface Market {
  readonly code: MarketCode;
  readonly base: ListedAsset;
  readonly quote: ListedAsset;
  /** Base units in one lot. */
  readonly lot: Amount;
  /** Quote units that one tick adds to the price of one whole base coin. */
  readonly tick: Amount;
  /** Quote units paid for one lot at a price of one tick; whole by the listing rule, so no notional is ever rounded. */
  readonly unitsPerLotTick: bigint;
  /** In quote units. */
  readonly minimumNotional: Amount;
  readonly maximumOrderLots: number;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
  /** Stands in for the last trade's price until there is one. */
  readonly listingPriceTicks: number;
  readonly openOrdersPerCustomer: number;
  readonly stopsPerCustomer: number;
  readonly restingOrders: number;
}

export interface MarketListing {
  readonly base: ListedAsset;
  readonly quote: ListedAsset;
  /** In base coins, as the other texts are in quote coins. */
  readonly lot: string;
  readonly tick: string;
  readonly minimumNotional: string;
  readonly maximumOrder: string;
  readonly listingPrice: string;
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
}

/**
 * Checks a listing and counts it in units. A market may be listed only if lot × tick is a whole number of quote units.
 * @throws AssertionError for a listing that breaks a rule; listings are ours, never a customer's.
 */
export function listMarket(listing: MarketListing): Market {
  const { base, quote } = listing;
  const lot = amountOf(listing.lot, base.decimals);
  const tick = amountOf(listing.tick, quote.decimals);
  const wholeBase = 10n ** BigInt(base.decimals);
  assert(lot > 0n && tick > 0n, "lot and tick are above zero");
  assert((lot * tick) % wholeBase === 0n, "lot × tick is a whole number of quote units");
  assertFees(listing);
  const market = {
    code: `${base.code}-${quote.code}` as MarketCode,
    base,
    quote,
    lot,
    tick,
    unitsPerLotTick: (lot * tick) / wholeBase,
    minimumNotional: amountOf(listing.minimumNotional, quote.decimals),
    maximumOrderLots: wholeMultiple(amountOf(listing.maximumOrder, base.decimals), lot),
    makerFeeBps: listing.makerFeeBps,
    takerFeeBps: listing.takerFeeBps,
    listingPriceTicks: wholeMultiple(amountOf(listing.listingPrice, quote.decimals), tick),
    openOrdersPerCustomer: 200,
    stopsPerCustomer: 20,
    restingOrders: LARGEST_RESTING_ORDERS,
  };
  assert(market.listingPriceTicks <= LARGEST_PRICE_TICKS, "the listing price fits 31 bits");
  // A price level then never holds more lots than a double counts exactly.
  assert(market.maximumOrderLots * LARGEST_RESTING_ORDERS <= Number.MAX_SAFE_INTEGER, "all resting lots count exactly");
  return Object.freeze(market);
}

function assertFees({ makerFeeBps, takerFeeBps }: MarketListing): void {
  assert(Number.isInteger(makerFeeBps) && Number.isInteger(takerFeeBps), "fees are whole basis points");
  assert(0 <= makerFeeBps && makerFeeBps <= takerFeeBps, "a maker pays at most what a taker pays, and never earns");
  assert(takerFeeBps <= LARGEST_FEE_BPS, `a fee is at most ${LARGEST_FEE_BPS} basis points`);
}

function wholeMultiple(amount: Amount, step: Amount): number {
  assert(amount % step === 0n && amount > 0n, "the amount is a whole number of steps");
  return Number(amount / step);
}

export const ETH_USDT = listMarket({
  base: ETH,
  quote: USDT,
  lot: "0.0001",
  tick: "0.01",
  minimumNotional: "5",
  maximumOrder: "1000",
  listingPrice: "3000",
  makerFeeBps: 5,
  takerFeeBps: 10,
});

export const WBTC_USDT = listMarket({
  base: WBTC,
  quote: USDT,
  lot: "0.00001",
  tick: "0.1",
  minimumNotional: "5",
  maximumOrder: "100",
  listingPrice: "60000",
  makerFeeBps: 5,
  takerFeeBps: 10,
});

export const WBTC_ETH = listMarket({
  base: WBTC,
  quote: ETH,
  lot: "0.0001",
  tick: "0.0001",
  minimumNotional: "0.002",
  maximumOrder: "100",
  listingPrice: "20",
  makerFeeBps: 5,
  takerFeeBps: 10,
});

/** Every listed market, in listing order. */
export const MARKETS: readonly Market[] = Object.freeze([ETH_USDT, WBTC_USDT, WBTC_ETH]);

export function findMarket(code: string): Market | undefined {
  return MARKETS.find((market) => market.code === code);
}

/** A price for people: quote coins per base coin, such as `3000.01`. */
export function formatPrice(market: Market, ticks: number): string {
  return formatAmount((BigInt(ticks) * market.tick) as Amount, market.quote.decimals);
}

/** A quantity for people, in base coins. */
export function formatQuantity(market: Market, lots: number): string {
  return formatAmount((BigInt(lots) * market.lot) as Amount, market.base.decimals);
}
