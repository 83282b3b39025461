import { type Amount, addAmounts, formatAmount, subtractAmounts } from "./amount.ts";
import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";

/** An asset's ticker: 2–12 capital letters or digits, the first a letter. */
export type AssetCode = Brand<string, "AssetCode">;

export interface Asset {
  readonly code: AssetCode;
  /** Fraction digits of the asset's own unit: 18 for ETH. */
  readonly decimals: number;
}

/** An amount with the asset it counts; assets never mix. */
export interface Money {
  readonly asset: Asset;
  readonly amount: Amount;
}

const ASSET_CODE = /^[A-Z][A-Z0-9]{1,11}$/;

export function isAssetCode(text: string): text is AssetCode {
  return ASSET_CODE.test(text);
}

/** @throws AssertionError unless `text` is an asset code. */
export function toAssetCode(text: string): AssetCode {
  assert(isAssetCode(text), `${JSON.stringify(text)} is an asset code`);
  return text;
}

export function addMoney(left: Money, right: Money): Money {
  assert(left.asset.code === right.asset.code, "assets never mix");
  return { asset: left.asset, amount: addAmounts(left.amount, right.amount) };
}

/** @throws AssertionError when assets differ or `right` is the larger. */
export function subtractMoney(left: Money, right: Money): Money {
  assert(left.asset.code === right.asset.code, "assets never mix");
  return { asset: left.asset, amount: subtractAmounts(left.amount, right.amount) };
}

/** `1.5 ETH` */
export function formatMoney(money: Money): string {
  return `${formatAmount(money.amount, money.asset.decimals)} ${money.asset.code}`;
}
