/** What the money of an order depends on besides the order itself. */
export interface MoneyRules {
  /** Base units in one lot. */
  readonly lot: bigint;
  /** Quote units for one lot at one tick. */
  readonly unitsPerLotTick: bigint;
}

const BPS = 10_000;
const BPS_UNITS = 10_000n;
// Below this, a notional times a fee rate of at most 100 basis points is exact in a double.
const EXACT_NOTIONAL = Math.floor(Number.MAX_SAFE_INTEGER / 100);

/** price × quantity in quote units: exact, never rounded. */
export function notionalOf(rules: MoneyRules, priceTicks: number, lots: number): bigint {
  const product = priceTicks * lots;
  const lotTicks = product <= Number.MAX_SAFE_INTEGER ? BigInt(product) : BigInt(priceTicks) * BigInt(lots);
  return rules.unitsPerLotTick === 1n ? lotTicks : lotTicks * rules.unitsPerLotTick;
}

/** ⌈weighted / 10 000⌉, where `weighted` is Σ notional × basis points. */
export function feeOn(weighted: bigint): bigint {
  return (weighted + BPS_UNITS - 1n) / BPS_UNITS;
}

export interface FeeAccount {
  readonly weightedNotional: bigint;
  readonly feeCharged: bigint;
}

/**
 * What must be set aside so that an order can always settle. A sell sets aside its lots. A buy sets aside its remaining
 * cost at its limit and the largest fee still to come: ⌈(Σ notional × bps + cost × `feeBps`) / 10 000⌉ − charged so far.
 * A resting order never takes, so its rate is the maker's.
 */
export function reserveFor(
  rules: MoneyRules,
  order: FeeAccount & { readonly side: "buy" | "sell"; readonly priceTicks: number },
  remaining: { readonly lots: number; readonly feeBps: number },
): bigint {
  if (order.side === "sell") return BigInt(remaining.lots) * rules.lot;
  const cost = notionalOf(rules, order.priceTicks, remaining.lots);
  return cost + feeOn(order.weightedNotional + cost * BigInt(remaining.feeBps)) - order.feeCharged;
}

/**
 * {@link reserveFor} an order that has not traded yet; `feeBps` is the taker's rate if it crosses the book. Nearly every
 * command asks for it, so the arithmetic stays in doubles where they are exact.
 */
export function entryReserve(
  rules: MoneyRules,
  order: { readonly side: "buy" | "sell"; readonly priceTicks: number; readonly quantityLots: number },
  feeBps: number,
): bigint {
  if (order.side === "sell") return BigInt(order.quantityLots) * rules.lot;
  const product = order.priceTicks * order.quantityLots;
  if (product <= EXACT_NOTIONAL && rules.unitsPerLotTick === 1n) {
    const weighted = product * feeBps;
    const rest = weighted % BPS;
    return BigInt(product + (weighted - rest) / BPS + (rest === 0 ? 0 : 1));
  }
  const cost = notionalOf(rules, order.priceTicks, order.quantityLots);
  return cost + feeOn(cost * BigInt(feeBps));
}
