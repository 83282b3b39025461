import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { runDrill } from "@assay/operations/drills/drill";
import { formatDrillReport } from "@assay/operations/drills/drill-report";
import { ExchangeCustomer } from "../exchange-customer.ts";
import { startDrillStack } from "./drill-stack.ts";

test("a database that is gone is seen within its time, refuses everything, and comes back by its runbook with nothing lost", async () => {
  await using stack = await startDrillStack();
  const buyer = await ExchangeCustomer.register(stack.exchangeUrl, { USDT: "5000" });
  const seller = await ExchangeCustomer.register(stack.exchangeUrl, { ETH: "2" });
  const resting = await seller.place("sell", "3000", "0.5");

  const report = await runDrill({
    stack: stack.drill,
    system: "coinhubx",
    fault: "db.stop",
    whileBroken: async () => {
      equal((await buyer.attempt("buy", "3000", "0.1")).status, 503, "nothing is acknowledged without a database");
    },
    healed: async () => {
      equal((await seller.order(resting.order_id)).status, "new", "what was acknowledged is still there");
      equal((await buyer.place("buy", "3000", "0.5")).status, "filled");
    },
  });

  ok(report.detectMs <= report.detectLimitMs, "the alert fires within its time");
  ok((report.recoverMs ?? Number.POSITIVE_INFINITY) <= report.recoverLimitMs, "it heals within its time");
  equal(await buyer.total("ETH"), "0.5");
  process.stdout.write(`${formatDrillReport(report)}\n`);
});
