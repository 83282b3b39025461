import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { isReady, NO_TICKET, orderOf } from "./ticket.ts";

const full = { ...NO_TICKET, price: "3000", stop: "2900", quantity: "1", budget: "50", postOnly: true } as const;

test("a ticket asks only for what its type of order has", () => {
  const order = (change: object) => orderOf("ETH-USDT", { ...full, ...change });
  const base = { market: "ETH-USDT", side: "buy" };
  deepEqual(order({}), { ...base, type: "limit", price: "3000", quantity: "1", time_in_force: "gtc", post_only: true });
  equal(order({ time: "ioc" }).post_only, false);
  deepEqual(order({ type: "market" }), { ...base, type: "market", quantity: "1" });
  deepEqual(order({ type: "market", byBudget: true }), { ...base, type: "market", quote_quantity: "50" });
  deepEqual(order({ type: "market", byBudget: true, side: "sell" }).quantity, "1");
  deepEqual(order({ type: "stop" }), { ...base, type: "stop", stop_price: "2900", quantity: "1" });
});

test("a ticket is ready when each field that its type needs is a decimal above zero", () => {
  const ready = (change: object) => isReady({ ...full, ...change });
  equal(ready({}), true);
  equal(ready({ price: "" }), false);
  equal(ready({ type: "market", price: "" }), true);
  equal(ready({ type: "stop_limit", stop: "0" }), false);
  equal(ready({ type: "market", byBudget: true, quantity: "" }), true);
});
