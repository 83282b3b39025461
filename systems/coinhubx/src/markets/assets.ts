import { type Amount, parseAmount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import { type Asset, toAssetCode } from "@assay/primitives/money";

/** How much a customer may withdraw within each sliding window, per asset. */
export interface VelocityLimits {
  readonly perTransaction: Amount;
  readonly perHour: Amount;
  readonly perDay: Amount;
  readonly perWeek: Amount;
  readonly perMonth: Amount;
}

/** An asset that customers can hold. Amounts are in its smallest unit. */
export interface ListedAsset extends Asset {
  readonly kind: "native" | "erc20";
  readonly minimumDeposit: Amount;
  readonly minimumWithdrawal: Amount;
  readonly withdrawalFee: Amount;
  readonly velocity: VelocityLimits;
  /** The most that may leave the exchange net of what arrives, over 24 hours. */
  readonly globalNetOutflowPerDay: Amount;
}

type VelocityTexts = readonly [transaction: string, hour: string, day: string, week: string, month: string];

interface Listing {
  readonly code: string;
  readonly decimals: number;
  readonly kind: ListedAsset["kind"];
  readonly minimumDeposit: string;
  readonly withdrawal: { readonly minimum: string; readonly fee: string };
  readonly velocity: VelocityTexts;
  readonly globalNetOutflowPerDay: string;
}

function list(listing: Listing): ListedAsset {
  const { decimals } = listing;
  const units = (text: string): Amount => amountOf(text, decimals);
  const [perTransaction, perHour, perDay, perWeek, perMonth] = listing.velocity.map(units) as [
    Amount,
    Amount,
    Amount,
    Amount,
    Amount,
  ];
  return Object.freeze({
    code: toAssetCode(listing.code),
    decimals,
    kind: listing.kind,
    minimumDeposit: units(listing.minimumDeposit),
    minimumWithdrawal: units(listing.withdrawal.minimum),
    withdrawalFee: units(listing.withdrawal.fee),
    velocity: Object.freeze({ perTransaction, perHour, perDay, perWeek, perMonth }),
    globalNetOutflowPerDay: units(listing.globalNetOutflowPerDay),
  });
}

/** A constant of ours in the asset's own unit. @throws AssertionError when it is not a plain decimal of that precision. */
export function amountOf(text: string, decimals: number): Amount {
  const parsed = parseAmount(text, decimals);
  assert(parsed.ok, `${text} is an amount with ${decimals} decimals`);
  return parsed.value;
}

export const ETH = list({
  code: "ETH",
  decimals: 18,
  kind: "native",
  minimumDeposit: "0.001",
  withdrawal: { minimum: "0.005", fee: "0.001" },
  velocity: ["10", "20", "50", "200", "500"],
  globalNetOutflowPerDay: "500",
});

export const USDT = list({
  code: "USDT",
  decimals: 6,
  kind: "erc20",
  minimumDeposit: "1",
  withdrawal: { minimum: "10", fee: "2" },
  velocity: ["10000", "20000", "50000", "200000", "500000"],
  globalNetOutflowPerDay: "500000",
});

export const WBTC = list({
  code: "WBTC",
  decimals: 8,
  kind: "erc20",
  minimumDeposit: "0.0001",
  withdrawal: { minimum: "0.0005", fee: "0.0001" },
  velocity: ["1", "2", "5", "20", "50"],
  globalNetOutflowPerDay: "50",
});

/** Every listed asset, in listing order; proofs of liabilities use this order. */
export const ASSETS: readonly ListedAsset[] = Object.freeze([ETH, USDT, WBTC]);

export function findAsset(code: string): ListedAsset | undefined {
  return ASSETS.find((asset) => asset.code === code);
}
