import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { customer, place } from "../../../test/orders/exchange-kit.ts";
import { startTestApi } from "../../../test/orders/order-api-kit.ts";

const base = { market: "ETH-USDT", side: "buy" } as const;
let keys = 0;

async function startMarket() {
  const api = await startTestApi();
  await api.fund(customer("alice"), { ETH: "10" });
  await api.fund(customer("bob"), { USDT: "20000" });
  for (const line of ["sell 0.5 @ 3000", "sell 0.5 @ 3001"]) await place(api.exchange, customer("alice"), line);
  const order = async (as: string, body: object) => {
    keys += 1;
    return await api.call("POST /api/orders", { as, body: { ...base, client_order_id: `types-${keys}`, ...body } });
  };
  return Object.assign(api, { order });
}

test("a market buy spends its budget and no more, and what it did not spend is free at once", async () => {
  await using api = await startMarket();
  const { status, body } = await api.order("bob", { type: "market", quote_quantity: "1801.8" });
  equal(status, 201);
  const { filled, filled_value: value, fee, price, quote_quantity: budget, time_in_force: time } = body;
  deepEqual([body.status, filled, value, fee], ["filled", "0.5999", "1799.7999", "1.7998"]);
  deepEqual([price, budget, time], [null, "1801.8", "ioc"]);
  deepEqual(await api.balance(customer("bob"), "USDT"), { free: 20_000_000_000n - 1_801_599_700n, held: 0n });
});

test("immediate, all-or-nothing and post-only orders end as they say", async () => {
  await using api = await startMarket();
  const limit = { price: "3000", quantity: "0.8" };
  const part = await api.order("bob", { ...limit, time_in_force: "ioc" });
  deepEqual([part.body.status, part.body.filled, part.body.remaining], ["expired", "0.5", "0.3"]);
  const none = await api.order("bob", { ...limit, price: "3001", time_in_force: "fok" });
  deepEqual([none.body.status, none.body.filled], ["expired", "0"]);
  const refused = await api.order("bob", { ...limit, price: "3001", post_only: true });
  deepEqual([refused.status, refused.body.code], [409, "WOULD_TAKE"]);
  const rests = await api.order("bob", { ...limit, price: "3000.99", post_only: true });
  deepEqual([rests.body.status, rests.body.post_only], ["new", true]);
});

test("a stop waits with its money set aside, triggers, and is filled; one that would trigger at once is refused", async () => {
  await using api = await startMarket();
  await api.order("bob", { price: "3000", quantity: "0.1" });
  const stop = { side: "sell", type: "stop", stop_price: "2990", quantity: "1" };
  const waits = await api.order("alice", stop);
  deepEqual([waits.body.status, waits.body.stop_price], ["pending_trigger", "2990"]);
  equal((await api.balance(customer("alice"), "ETH")).held, 1_900_000_000_000_000_000n);
  const late = await api.order("alice", { ...stop, stop_price: "3000" });
  deepEqual([late.status, late.body.code], [409, "STOP_WOULD_TRIGGER"]);
  const open = (await api.call("GET /api/orders?status=open", { as: "alice" })).body.orders as { status: string }[];
  equal(open.filter(({ status }) => status === "pending_trigger").length, 1);

  await api.order("bob", { price: "2990", quantity: "0.2" });
  await api.order("bob", { price: "2985", quantity: "2" });
  await api.order("alice", { side: "sell", price: "2990", quantity: "0.2" });
  const { body } = await api.call(`GET /api/orders/${waits.body.order_id}`, { as: "alice" });
  deepEqual([body.status, body.filled, body.filled_value], ["filled", "1", "2985"]);
});

test("an open order is made smaller in its place or moved, and what is then too little is refused", async () => {
  await using api = await startMarket();
  const { body } = await api.order("bob", { price: "2999", quantity: "1" });
  const path = `PATCH /api/orders/${body.order_id}`;
  const smaller = await api.call(path, { as: "bob", body: { quantity: "0.6" } });
  deepEqual([smaller.status, smaller.body.quantity, smaller.body.status], [200, "0.6", "new"]);
  equal((await api.balance(customer("bob"), "USDT")).held, 1_799_400_000n + 899_700n);
  const moved = await api.call(path, { as: "bob", body: { price: "3000" } });
  deepEqual([moved.body.status, moved.body.filled, moved.body.price], ["partially_filled", "0.5", "3000"]);
  const code = async (change: object, as = "bob") => (await api.call(path, { as, body: change })).body.code;
  equal(await code({ quantity: "0.5" }), "QUANTITY_BELOW_FILLED");
  equal(await code({ quantity: "900" }), "INSUFFICIENT_FUNDS");
  equal(await code({ price: "4000" }), "PRICE_OUT_OF_BAND");
  equal(await code({}), "INVALID_INPUT");
  equal(await code({ price: "3000" }, "alice"), "NOT_FOUND");
  await api.call(`DELETE /api/orders/${body.order_id}`, { as: "bob" });
  equal(await code({ quantity: "0.7" }), "ORDER_DONE");
});

test("self-trade prevention does what the order says, and the default ends the newer order", async () => {
  await using api = await startMarket();
  await api.fund(customer("alice"), { USDT: "10000" });
  const own = { price: "3000", quantity: "0.2" };
  const ended = await api.order("alice", own);
  deepEqual([ended.body.status, ended.body.self_trade_prevention], ["expired_in_match", "expire_taker"]);
  const shrunk = await api.order("alice", { ...own, self_trade_prevention: "decrement" });
  deepEqual([shrunk.body.status, shrunk.body.prevented, shrunk.body.quantity], ["expired_in_match", "0.2", "0"]);
  const book = (await api.call("GET /api/markets/ETH-USDT/book")).body.asks as string[][];
  deepEqual(book[0], ["3000", "0.3"]);
  const both = await api.order("alice", { ...own, self_trade_prevention: "none" });
  equal((both.body.fills as unknown[]).length, 1);
  const newest = await api.call("GET /api/fills?limit=1", { as: "alice" });
  const older = await api.call(`GET /api/fills?limit=1&cursor=${newest.body.next_cursor}`, { as: "alice" });
  const liquidity = ({ body }: typeof newest) => (body.fills as { liquidity: string }[])[0]?.liquidity;
  deepEqual([liquidity(newest), liquidity(older)], ["taker", "maker"]);
});

test("X12: a field that is missing, or that the type of order does not have, is named", async () => {
  await using api = await startMarket();
  const field = async (body: object) => {
    const answer = await api.order("bob", body);
    return (answer.body.errors as { path: string }[] | undefined)?.[0]?.path ?? answer.body.code;
  };
  equal(await field({ type: "market", price: "3000", quantity: "1" }), "body.price");
  equal(await field({ type: "limit", quantity: "1" }), "body.price");
  equal(await field({ type: "stop", quantity: "1" }), "body.stop_price");
  equal(await field({ type: "limit", price: "3000", stop_price: "2", quantity: "1" }), "body.stop_price");
  equal(await field({ type: "market" }), "body.quantity");
  equal(await field({ type: "market", quantity: "1", quote_quantity: "5" }), "body.quantity");
  equal(await field({ type: "market", side: "sell", quote_quantity: "5" }), "body.quote_quantity");
  equal(await field({ type: "market", quantity: "1", time_in_force: "gtc" }), "body.time_in_force");
  equal(await field({ price: "3000", quantity: "1", time_in_force: "ioc", post_only: true }), "body.post_only");
  equal(await field({ type: "market", quote_quantity: "4.99" }), "NOTIONAL_TOO_SMALL");
});

test("a repeated request is the same order also after it was changed, and another type is another order", async () => {
  await using api = await startMarket();
  const body = { ...base, price: "2999", quantity: "1", client_order_id: "once" };
  const first = await api.call("POST /api/orders", { as: "bob", body });
  await api.call(`PATCH /api/orders/${first.body.order_id}`, { as: "bob", body: { quantity: "0.4" } });
  const again = await api.call("POST /api/orders", { as: "bob", body });
  deepEqual([again.status, again.body.order_id, again.body.quantity], [201, first.body.order_id, "1"]);
  const other = await api.call("POST /api/orders", { as: "bob", body: { ...body, post_only: true } });
  deepEqual([other.body.code, other.body.field], ["IDEMPOTENCY_KEY_REUSED", "post_only"]);
});
