import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@assay/platform/random/random";
import fc from "fast-check";
import { ETH_USDT } from "../markets/markets.ts";
import { type DemoOrder, ORDERS_A_SIDE, planStep } from "./demo-plan.ts";

function run(seed: number, steps: number) {
  const random = seededRandom(seed);
  let orders: DemoOrder[] = [];
  let middleTicks = ETH_USDT.listingPriceTicks;
  return Array.from({ length: steps }, (_, number) => {
    const step = planStep(ETH_USDT, { middleTicks, orders }, random);
    middleTicks = step.middleTicks;
    orders = orders.filter(({ orderId }) => !step.cancel.includes(orderId));
    const before = orders;
    orders = [...orders, { ...step.make, orderId: `ord_${number}` }];
    return { step, before, orders };
  });
}

test("the demo's maker never meets itself, stays within its number of orders and near the listing price", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (seed) => {
      for (const { step, before, orders } of run(seed, 300)) {
        const { side, priceTicks } = step.make;
        const others = before.filter((order) => order.side !== side);
        ok(others.every((order) => (side === "buy" ? order.priceTicks > priceTicks : order.priceTicks < priceTicks)));
        ok(orders.filter((order) => order.side === side).length <= ORDERS_A_SIDE);
        ok(Math.abs(step.middleTicks - ETH_USDT.listingPriceTicks) <= ETH_USDT.listingPriceTicks / 10);
      }
    }),
    { numRuns: 30 },
  );
});

test("the same seed plans the same market", () => {
  deepEqual(run(7, 100), run(7, 100));
});
