import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { runDrill } from "@assay/operations/drills/drill";
import { createDrillPeople } from "@assay/operations/drills/drill-people";
import { formatDrillReport } from "@assay/operations/drills/drill-report";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";
import { ExchangeCustomer } from "../exchange-customer.ts";
import { startDrillStack } from "./drill-stack.ts";

const CONTROL_WINDOW_MS = 10_000;

// One stack for both: the control leaves the fault in, and the drill takes over from there.
test("a tampered balance stops the exchange by itself, keeps its alert firing, and heals by its runbook with two people", async () => {
  await using stack = await startDrillStack();
  const buyer = await ExchangeCustomer.register(stack.exchangeUrl, { USDT: "5000" });
  const seller = await ExchangeCustomer.register(stack.exchangeUrl, { ETH: "2" });
  await seller.place("sell", "3000", "0.5");
  equal((await buyer.place("buy", "3000", "0.5")).status, "filled");
  const resting = await seller.place("sell", "3100", "0.5");
  await using people = await createDrillPeople(stack.drill);
  // At first one phone rings by webhook and the other person is reached by mail alone.
  const { id, email } = people.second.identity;
  const reachSecond = (contact: JsonObject) =>
    people.second.call(
      { method: "PUT", path: `/api/people/${id}/contacts`, body: { contacts: [contact] } },
      z.unknown(),
    );
  await reachSecond({ kind: "email", target: email });
  const base = { stack: stack.drill, system: "coinhubx", fault: "ledger.tamper", people };

  const control = await runDrill({
    ...base,
    control: true,
    controlWindowMs: CONTROL_WINDOW_MS,
    whileBroken: async () => {
      deepEqual(await buyer.attempt("buy", "3000", "0.1"), { status: 503, code: "TRADING_DISABLED" });
      equal((await seller.cancel(resting.order_id)).status, "canceled", "cancelling works while trading is stopped");
    },
  });
  ok((control.watchedMs ?? 0) >= CONTROL_WINDOW_MS, "without the runbook the alert stays firing");
  ok(control.detectMs <= control.detectLimitMs, "the alert fires within its time");
  const mail = await stack.mailbox.waitForMessage(({ subject }) => subject.includes("RECONCILIATION_MISMATCH"), 30_000);
  deepEqual(mail.to, [email], "the page also reaches a mailbox");
  await reachSecond({ kind: "webhook", target: people.phones.second.url });

  const healed = await runDrill({
    ...base,
    isInjected: true,
    healed: async () => {
      await seller.place("sell", "3000", "0.2");
      equal((await buyer.place("buy", "3000", "0.2")).status, "filled", "customers trade again");
    },
  });
  ok((healed.recoverMs ?? Number.POSITIVE_INFINITY) <= healed.recoverLimitMs, "it heals within its time");
  ok((healed.evidence?.timelineEntries ?? 0) > 0, "the incident holds the evidence");
  equal(await buyer.total("ETH"), "0.7", "no trade was lost or doubled");
  process.stdout.write(`${formatDrillReport(control)}\n${formatDrillReport(healed)}\n`);
});
