import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";
import { accept, type Result, refuse } from "./result.ts";

/** A count of an asset's smallest unit: 0 ≤ amount < 2^127. */
export type Amount = Brand<bigint, "Amount">;

export const AMOUNT_LIMIT = 1n << 127n;
export const ZERO = 0n as Amount;

/** @throws AssertionError outside 0 … 2^127 − 1: a bug, since input is parsed at the edge. */
export function toAmount(units: bigint): Amount {
  assert(units >= 0n && units < AMOUNT_LIMIT, `${units} is an amount`);
  return units as Amount;
}

export function addAmounts(left: Amount, right: Amount): Amount {
  return toAmount(left + right);
}

/** @throws AssertionError when `right` exceeds `left`; compare first. */
export function subtractAmounts(left: Amount, right: Amount): Amount {
  return toAmount(left - right);
}

export function smallerAmount(left: Amount, right: Amount): Amount {
  return left < right ? left : right;
}

/** A rate such as a fee: `numerator / denominator`, both whole, denominator above zero. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** ⌈amount × ratio⌉: what others owe us. */
export function multiplyRoundingUp(amount: Amount, ratio: Ratio): Amount {
  assert(ratio.denominator > 0n && ratio.numerator >= 0n, "a ratio is not negative");
  return toAmount((amount * ratio.numerator + ratio.denominator - 1n) / ratio.denominator);
}

/** ⌊amount × ratio⌋: what we owe others. */
export function multiplyRoundingDown(amount: Amount, ratio: Ratio): Amount {
  assert(ratio.denominator > 0n && ratio.numerator >= 0n, "a ratio is not negative");
  return toAmount((amount * ratio.numerator) / ratio.denominator);
}

const DECIMAL = /^(0|[1-9]\d*)(?:\.(\d+))?$/;
const LONGEST_TEXT = 80;

export type AmountRefusal = { readonly code: "NOT_AN_AMOUNT" | "TOO_MANY_DECIMALS" | "AMOUNT_TOO_LARGE" };

/**
 * Reads `"1.5"` in an asset's own unit: digits and at most one point, no sign, no exponent, no leading zeros,
 * no more fraction digits than `decimals`.
 */
export function parseAmount(text: string, decimals: number): Result<Amount, AmountRefusal> {
  const match = text.length <= LONGEST_TEXT ? DECIMAL.exec(text) : null;
  if (match === null) return refuse({ code: "NOT_AN_AMOUNT" });
  const fraction = match[2] ?? "";
  if (fraction.length > decimals) return refuse({ code: "TOO_MANY_DECIMALS" });
  const units = BigInt(match[1] + fraction.padEnd(decimals, "0"));
  return units < AMOUNT_LIMIT ? accept(toAmount(units)) : refuse({ code: "AMOUNT_TOO_LARGE" });
}

/** The shortest decimal in the asset's own unit that {@link parseAmount} reads back to the same amount. */
export function formatAmount(amount: Amount, decimals: number): string {
  return formatUnits(amount, decimals);
}

/** As {@link formatAmount} for a difference, which may be negative. */
export function formatUnits(units: bigint, decimals: number): string {
  if (units < 0n) return `-${formatUnits(-units, decimals)}`;
  const digits = units.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
