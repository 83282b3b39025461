import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  AMOUNT_LIMIT,
  formatAmount,
  formatUnits,
  multiplyRoundingDown,
  multiplyRoundingUp,
  parseAmount,
  toAmount,
} from "./amount.ts";

const amounts = fc.bigInt({ min: 0n, max: AMOUNT_LIMIT - 1n }).map(toAmount);
const decimals = fc.integer({ min: 0, max: 30 });

test("an amount printed and read again is the same amount", () => {
  fc.assert(
    fc.property(amounts, decimals, (amount, places) => {
      const parsed = parseAmount(formatAmount(amount, places), places);
      equal(parsed.ok && parsed.value, amount);
    }),
  );
});

test("text that is not a plain decimal is refused, whatever it is", () => {
  for (const text of [
    "",
    "1e3",
    "-1",
    "+1",
    ".5",
    "1.",
    "01",
    "1,5",
    "1 ",
    " 1",
    "0x10",
    "NaN",
    "Infinity",
    "١",
    "1.5.5",
  ]) {
    equal(parseAmount(text, 6).ok, false, text);
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseAmount(text, 6);
      equal(parsed.ok, /^(0|[1-9][0-9]*)(\.[0-9]{1,6})?$/.test(text));
    }),
  );
});

test("more fraction digits than the asset has are refused, not rounded", () => {
  const parsed = parseAmount("0.1234567", 6);
  equal(!parsed.ok && parsed.refusal.code, "TOO_MANY_DECIMALS");
});

test("2^127 and above are refused at the edge and a bug inside", () => {
  const parsed = parseAmount(AMOUNT_LIMIT.toString(), 0);
  equal(!parsed.ok && parsed.refusal.code, "AMOUNT_TOO_LARGE");
  throws(() => toAmount(AMOUNT_LIMIT), /broken invariant/);
  throws(() => toAmount(-1n), /broken invariant/);
});

test("rounding up and down differ by one unit at the most and enclose the exact product", () => {
  const rate = fc.record({
    numerator: fc.bigInt({ min: 0n, max: 10_000n }),
    denominator: fc.bigInt({ min: 1n, max: 10_000n }),
  });
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 100n }).map(toAmount), rate, (amount, ratio) => {
      const [up, down] = [multiplyRoundingUp(amount, ratio), multiplyRoundingDown(amount, ratio)];
      const exact = amount * ratio.numerator;
      equal(down * ratio.denominator <= exact && exact <= up * ratio.denominator, true);
      equal(up - down <= 1n, true);
    }),
  );
});

test("a negative difference prints with its sign", () => {
  equal(formatUnits(-1_500_000n, 6), "-1.5");
});
