import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addFill, entryReserve, type FeeWeight, feeDue, feeOf, notionalOf, restingReserve } from "./order-money.ts";

// The same sums in bigints only, written from the rules and not from the code.
const roundUp = (weight: bigint): bigint => (weight + 9_999n) / 10_000n;

// Small figures, whole ranges, and both sides of 2^53 for price × lots × rate.
const terms = fc.record({
  priceTicks: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
  lots: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 2 ** 40 })),
  feeBps: fc.integer({ min: 0, max: 100 }),
});
const edge = fc
  .record({ priceTicks: fc.integer({ min: 2 ** 20, max: 2 ** 31 - 1 }), feeBps: fc.integer({ min: 1, max: 100 }) })
  .chain(({ priceTicks, feeBps }) =>
    fc.integer({ min: -2, max: 2 }).map((step) => ({
      priceTicks,
      feeBps,
      lots: Math.max(1, Math.floor(Number.MAX_SAFE_INTEGER / (priceTicks * feeBps)) + step),
    })),
  );
const fill = fc.oneof(terms, edge);
const rules = fc.record({ lot: fc.constantFrom(1n, 10n ** 14n), unitsPerLotTick: fc.constantFrom(1n, 7n, 10n ** 6n) });

test("fees over any fills are the exact sum rounded up once, on either side of 2^53", () => {
  fc.assert(
    fc.property(rules, fc.array(fill, { maxLength: 6 }), (market, fills) => {
      let weight: FeeWeight = 0;
      let exact = 0n;
      for (const each of fills) {
        const before: { weight: FeeWeight; exact: bigint } = { weight, exact };
        weight = addFill(weight, each);
        exact += BigInt(each.priceTicks) * BigInt(each.lots) * BigInt(each.feeBps) * market.unitsPerLotTick;
        equal(feeDue(market, before.weight, weight), roundUp(exact) - roundUp(before.exact));
      }
      equal(feeOf(market, weight), roundUp(exact));
    }),
  );
});

test("what is set aside is the exact cost and fee, on either side of 2^53", () => {
  fc.assert(
    fc.property(rules, fill, fc.constantFrom("buy" as const, "sell" as const), (market, each, side) => {
      const { priceTicks, lots, feeBps } = each;
      const cost = BigInt(priceTicks) * BigInt(lots) * market.unitsPerLotTick;
      equal(notionalOf(market, priceTicks, lots), cost);
      const reserve = side === "sell" ? BigInt(lots) * market.lot : cost + roundUp(cost * BigInt(feeBps));
      equal(entryReserve(market, { side, priceTicks, quantityLots: lots }, feeBps), reserve);
      const order = { side, priceTicks, remainingLots: lots, feeWeight: 0, makerFeeBps: feeBps };
      equal(restingReserve(market, order), reserve);
    }),
  );
});
