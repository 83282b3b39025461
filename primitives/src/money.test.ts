import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { toAmount } from "./amount.ts";
import { addMoney, formatMoney, isAssetCode, subtractMoney, toAssetCode } from "./money.ts";

const eth = { code: toAssetCode("ETH"), decimals: 18 };
const usdt = { code: toAssetCode("USDT"), decimals: 6 };

test("money of one asset adds and subtracts", () => {
  const sum = addMoney({ asset: usdt, amount: toAmount(1_500_000n) }, { asset: usdt, amount: toAmount(500_000n) });
  equal(formatMoney(sum), "2 USDT");
  equal(formatMoney(subtractMoney(sum, { asset: usdt, amount: toAmount(1n) })), "1.999999 USDT");
});

test("L10: money of two assets never mixes", () => {
  throws(
    () => addMoney({ asset: usdt, amount: toAmount(1n) }, { asset: eth, amount: toAmount(1n) }),
    /assets never mix/,
  );
});

test("an asset code is a short ticker in capitals", () => {
  for (const text of ["eth", "E", "", "1INCH", "ETH-USDT", "ABCDEFGHIJKLM"]) equal(isAssetCode(text), false, text);
});
