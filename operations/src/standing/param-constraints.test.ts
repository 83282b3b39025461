import { equal } from "node:assert/strict";
import { test } from "node:test";
import { constraintsSchema, meetsConstraints } from "./param-constraints.ts";

const constraints = constraintsSchema.parse({
  market: "ETH-USDT",
  side: { in: ["buy", "sell"] },
  amount: { gte: 1, lte: 10 },
  note: { maxLength: 5 },
});
const good = { market: "ETH-USDT", side: "sell", amount: 10, note: "12345" };

test("parameters that were agreed to pass, and every other value, missing or extra parameter does not", () => {
  equal(meetsConstraints(good, constraints), true);
  for (const change of [
    { market: "BTC-USDT" },
    { side: "hold" },
    { amount: 10.1 },
    { amount: "5" },
    { amount: Number.NaN },
    { note: "123456" },
    { extra: 1 },
    { market: ["ETH-USDT"] },
    { market: { in: ["ETH-USDT"] } },
  ]) {
    equal(meetsConstraints({ ...good, ...change }, constraints), false, JSON.stringify(change));
  }
  const { note: _, ...missing } = good;
  equal(meetsConstraints(missing, constraints), false);
  equal(meetsConstraints({ ...good, toString: "x" }, constraints), false);
});

test("a constraint that allows anything, or nothing, cannot be written", () => {
  for (const wrong of [{ a: {} }, { a: { in: [] } }, { a: { gte: 2, lte: 1 } }, { a: { gte: 1 } }, { a: null }]) {
    equal(constraintsSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
  }
});
