import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type DrillOptions, runDrill } from "@assay/operations/drills/drill";
import { createDrillPeople } from "@assay/operations/drills/drill-people";
import { formatDrillReport } from "@assay/operations/drills/drill-report";
import { ExchangeCustomer } from "../exchange-customer.ts";
import { startDrillStack } from "./drill-stack.ts";

// One stack and two people for all; each drill must leave everything healthy for the next.
test("a process that is gone, or silent, is seen within its time and comes back by its runbook", async (t) => {
  await using stack = await startDrillStack();
  await using people = await createDrillPeople(stack.drill);
  const buyer = await ExchangeCustomer.register(stack.exchangeUrl, { USDT: "5000" });
  const seller = await ExchangeCustomer.register(stack.exchangeUrl, { ETH: "2" });
  const trade = async () => {
    await seller.place("sell", "3000", "0.1");
    equal((await buyer.place("buy", "3000", "0.1")).status, "filled");
  };
  const drill = async (fault: string, steps: Pick<DrillOptions, "whileBroken" | "healed">) => {
    const report = await runDrill({ stack: stack.drill, system: "coinhubx", people, fault, ...steps });
    ok(report.detectMs <= report.detectLimitMs, "the alert fires within its time");
    ok((report.recoverMs ?? Number.POSITIVE_INFINITY) <= report.recoverLimitMs, "it heals within its time");
    process.stdout.write(`${formatDrillReport(report)}\n`);
  };

  await t.test("the worker is gone: customers go on trading", async () => {
    await drill("worker.stop", { whileBroken: trade, healed: trade });
  });
  await t.test("the backend is gone: what it acknowledged is there when it is back", async () => {
    const resting = await seller.place("sell", "3100", "0.1");
    await drill("backend.stop", {
      whileBroken: async () => equal(await seller.tryToPlace("sell", "3100", "0.1"), undefined),
      healed: async () => {
        equal((await seller.order(resting.order_id)).status, "new");
        equal((await seller.cancel(resting.order_id)).status, "canceled");
        await trade();
      },
    });
  });
  await t.test("the engine's lease is stuck: another epoch begins, and no order is lost or doubled", async () => {
    const resting = await seller.place("sell", "3100", "0.1");
    await drill("engine.lease_stuck", {
      healed: async () => {
        equal((await seller.order(resting.order_id)).status, "new");
        equal((await seller.cancel(resting.order_id)).status, "canceled");
        await trade();
      },
    });
  });
  await t.test("the database hangs: nothing is acknowledged meanwhile", async () => {
    await drill("db.hang", {
      whileBroken: async () => equal((await buyer.attempt("buy", "3000", "0.1")).status, 503),
      healed: trade,
    });
  });
  equal(await buyer.total("ETH"), "0.5", "no trade was lost or doubled");
});
