/** What the money of an order depends on besides the order itself. */
export interface MoneyRules {
  /** Base units in one lot. */
  readonly lot: bigint;
  /** Quote units for one lot at one tick. */
  readonly unitsPerLotTick: bigint;
}

/**
 * Σ price × quantity × rate over an order's fills, in lot-ticks × basis points. A number as long as that is exact, which
 * for real prices is always; a bigint beyond 2^53.
 */
export type FeeWeight = number | bigint;

const BPS = 10_000;
const BPS_UNITS = 10_000n;
const EXACT = Number.MAX_SAFE_INTEGER;
// A cost and a fee that together stay below this were each exact.
const LARGE = EXACT / 2;

/** price × quantity in quote units: exact, never rounded. */
export function notionalOf(rules: MoneyRules, priceTicks: number, lots: number): bigint {
  const product = priceTicks * lots;
  const lotTicks = product <= EXACT ? BigInt(product) : BigInt(priceTicks) * BigInt(lots);
  return rules.unitsPerLotTick === 1n ? lotTicks : lotTicks * rules.unitsPerLotTick;
}

export interface WeightedFill {
  readonly priceTicks: number;
  readonly lots: number;
  readonly feeBps: number;
}

export function addFill(weight: FeeWeight, fill: WeightedFill): FeeWeight {
  if (typeof weight === "number") {
    // A sum that rounds to at most 2^53 − 1 was exact in every step, since no step is larger than the sum.
    const sum = weight + fill.priceTicks * fill.lots * fill.feeBps;
    if (sum <= EXACT) return sum;
  }
  return BigInt(weight) + BigInt(fill.priceTicks) * BigInt(fill.lots) * BigInt(fill.feeBps);
}

/** The whole fee for a weight, in quote units: the exact sum rounded up once. What an order was charged so far. */
export function feeOf(rules: MoneyRules, weight: FeeWeight): bigint {
  if (typeof weight === "number" && rules.unitsPerLotTick === 1n) return BigInt(roundUpBps(weight));
  return (BigInt(weight) * rules.unitsPerLotTick + BPS_UNITS - 1n) / BPS_UNITS;
}

/** What a fill adds to an order's fee. */
export function feeDue(rules: MoneyRules, before: FeeWeight, after: FeeWeight): bigint {
  if (typeof before === "number" && typeof after === "number" && rules.unitsPerLotTick === 1n) {
    return BigInt(roundUpBps(after) - roundUpBps(before));
  }
  return feeOf(rules, after) - feeOf(rules, before);
}

function roundUpBps(weight: number): number {
  const rest = weight % BPS;
  return (weight - rest) / BPS + (rest === 0 ? 0 : 1);
}

/** What must be known of an order to tell what it needs. */
export interface Reservable {
  readonly side: "buy" | "sell";
  readonly priceTicks: number;
  readonly remainingLots: number;
  readonly feeWeight: FeeWeight;
}

/**
 * What must be set aside so that an order can always settle. A sell sets aside its lots. A buy sets aside its remaining
 * cost at its limit and the largest fee still to come: ⌈(Σ notional × bps + cost × `feeBps`) / 10 000⌉ − charged so far.
 * A resting order never takes, so its rate is the maker's; one that takes on entry counts with the taker's.
 */
export function reserveFor(rules: MoneyRules, order: Reservable, feeBps: number): bigint {
  const { priceTicks, remainingLots: lots, feeWeight } = order;
  if (order.side === "sell") return BigInt(lots) * rules.lot;
  const largest = addFill(feeWeight, { priceTicks, lots, feeBps });
  if (typeof feeWeight === "number" && typeof largest === "number" && rules.unitsPerLotTick === 1n) {
    const reserve = priceTicks * lots + roundUpBps(largest) - roundUpBps(feeWeight);
    if (reserve <= LARGE) return BigInt(reserve);
  }
  return notionalOf(rules, priceTicks, lots) + feeOf(rules, largest) - feeOf(rules, feeWeight);
}

/** {@link reserveFor} an order in the book: it never takes. */
export function restingReserve(rules: MoneyRules, order: Reservable & { readonly makerFeeBps: number }): bigint {
  return reserveFor(rules, order, order.makerFeeBps);
}

/** {@link reserveFor} an order that has not traded: what every place command asks first. */
export function entryReserve(
  rules: MoneyRules,
  order: { readonly side: "buy" | "sell"; readonly priceTicks: number; readonly quantityLots: number },
  feeBps: number,
): bigint {
  const { priceTicks, quantityLots: lots } = order;
  if (order.side === "sell") return BigInt(lots) * rules.lot;
  const weight = addFill(0, { priceTicks, lots, feeBps });
  if (typeof weight === "number" && rules.unitsPerLotTick === 1n) {
    const reserve = priceTicks * lots + roundUpBps(weight);
    if (reserve <= LARGE) return BigInt(reserve);
  }
  return notionalOf(rules, priceTicks, lots) + feeOf(rules, weight);
}
