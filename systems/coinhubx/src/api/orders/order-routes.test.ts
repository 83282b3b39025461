import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { customer, place } from "../../../test/orders/exchange-kit.ts";
import { startTestApi } from "../../../test/orders/order-api-kit.ts";

const sell = { market: "ETH-USDT", side: "sell", price: "3000", quantity: "0.5", client_order_id: "mine-1" };

test("an order is placed, listed, matched and canceled over HTTP", async () => {
  await using api = await startTestApi();
  await api.fund(customer("alice"), { ETH: "1" });
  await api.fund(customer("bob"), { USDT: "2000" });
  const placed = await api.call("POST /api/orders", { as: "alice", body: sell });
  equal(placed.status, 201);
  const { order_id: id, status, filled, remaining, fills } = placed.body;
  deepEqual([status, filled, remaining, fills], ["new", "0", "0.5", []]);

  const bid = { market: "ETH-USDT", side: "buy", price: "3001.5", quantity: "0.2" };
  const bought = await api.call("POST /api/orders", { as: "bob", body: bid, key: "an-idempotency-key-1" });
  deepEqual(bought.body.fills, [
    {
      trade_id: "ETH-USDT-1",
      order_id: bought.body.order_id,
      market: "ETH-USDT",
      side: "buy",
      price: "3000",
      quantity: "0.2",
      value: "600",
      fee: "0.6",
      fee_asset: "USDT",
      liquidity: "taker",
      timestamp: bought.body.created_at,
    },
  ]);
  const again = await api.call("POST /api/orders", { as: "bob", body: bid, key: "an-idempotency-key-1" });
  deepEqual([again.body, again.headers.get("x-idempotent-replay")], [bought.body, "true"]);

  const open = await api.call("GET /api/orders?status=open&market=ETH-USDT", { as: "alice" });
  deepEqual(
    (open.body.orders as { order_id: string }[]).map((order) => order.order_id),
    [id],
  );
  equal((await api.call(`GET /api/orders/${id}`, { as: "bob" })).status, 404);
  equal((await api.call(`DELETE /api/orders/${id}`, { as: "bob" })).status, 404);
  const canceled = await api.call(`DELETE /api/orders/${id}`, { as: "alice!" });
  deepEqual([canceled.status, canceled.body.status, canceled.body.remaining], [200, "canceled", "0.3"]);
  const done = await api.call(`DELETE /api/orders/${id}`, { as: "alice" });
  deepEqual([done.status, done.body.code], [409, "ORDER_DONE"]);
  const fill = (await api.call("GET /api/fills", { as: "alice" })).body.fills as [{ liquidity: string; fee: string }];
  deepEqual([fill[0].liquidity, fill[0].fee], ["maker", "0.3"]);
});

test("X12: every rule that an order breaks has its own status and code, and nothing changes", async () => {
  await using api = await startTestApi();
  await api.fund(customer("alice"), { ETH: "1" });
  const refusal = async (change: object, more: { as?: string } = { as: "alice" }) => {
    const { status, body } = await api.call("POST /api/orders", { ...more, body: { ...sell, ...change } });
    return [status, body.code];
  };
  deepEqual(await refusal({ price: "3000.001" }), [422, "PRICE_OFF_TICK"]);
  deepEqual(await refusal({ quantity: "0.00001" }), [422, "QUANTITY_OFF_LOT"]);
  deepEqual(await refusal({ quantity: "1000.0001" }), [422, "QUANTITY_TOO_LARGE"]);
  deepEqual(await refusal({ quantity: "0.0001" }), [422, "NOTIONAL_TOO_SMALL"]);
  deepEqual(await refusal({ price: "2000" }), [422, "PRICE_OUT_OF_BAND"]);
  deepEqual(await refusal({ quantity: "1.5", client_order_id: "big" }), [409, "INSUFFICIENT_FUNDS"]);
  for (const price of ["1e3", "-1", "", "0", 3000]) deepEqual(await refusal({ price }), [400, "INVALID_INPUT"]);
  deepEqual(await refusal({ market: "DOGE-USDT" }), [400, "INVALID_INPUT"]);
  deepEqual(await refusal({ type: "market" }), [400, "INVALID_INPUT"]);
  deepEqual(await refusal({ reduce_only: true }), [400, "INVALID_INPUT"]);
  deepEqual(await refusal({ client_order_id: undefined }), [400, "IDEMPOTENCY_KEY_REQUIRED"]);
  deepEqual(await refusal({}, {}), [401, "UNAUTHENTICATED"]);
  deepEqual(await refusal({}, { as: "alice!" }), [403, "FORBIDDEN"]);
  deepEqual(await api.balance(customer("alice"), "ETH"), { free: 10n ** 18n, held: 0n });
  deepEqual((await api.call("GET /api/markets/ETH-USDT/book")).body.asks, []);
});

test("a reused client order id with another body names the field that differs", async () => {
  await using api = await startTestApi();
  await api.fund(customer("alice"), { ETH: "1" });
  await api.call("POST /api/orders", { as: "alice", body: sell });
  const { status, body } = await api.call("POST /api/orders", { as: "alice", body: { ...sell, quantity: "0.4" } });
  deepEqual([status, body.code, body.field], [422, "IDEMPOTENCY_KEY_REUSED", "quantity"]);
});

test("switched off, trading answers 503 with a time to wait, shows in the markets, and canceling works", async () => {
  await using api = await startTestApi();
  await api.fund(customer("alice"), { ETH: "1" });
  await place(api.exchange, customer("alice"), "sell 0.5 @ 3000");
  await api.disable("trading");
  await api.refreshFlags();
  const refused = await api.call("POST /api/orders", { as: "alice", body: sell });
  deepEqual([refused.status, refused.body.code], [503, "TRADING_DISABLED"]);
  equal(refused.headers.get("retry-after"), "60");
  const [market] = (await api.call("GET /api/markets")).body.markets as [{ market: string; state: string }];
  deepEqual([market.market, market.state], ["ETH-USDT", "cancel_only"]);
  const canceled = await api.call("DELETE /api/orders?market=ETH-USDT", { as: "alice" });
  equal((canceled.body.canceled as string[]).length, 1);
});

test("the stream of a market begins with its book and follows with trades", async () => {
  await using api = await startTestApi();
  await api.fund(customer("alice"), { ETH: "1" });
  await api.fund(customer("bob"), { USDT: "2000" });
  await place(api.exchange, customer("alice"), "sell 0.5 @ 3000");
  const stop = new AbortController();
  const response = await fetch(`${api.url}/api/markets/ETH-USDT/stream`, { signal: stop.signal });
  equal(response.headers.get("content-type")?.split(";")[0], "text/event-stream");
  const events = sseEvents(response.body!);
  deepEqual(await events.next(), {
    event: "book",
    data: { market: "ETH-USDT", seq: 1, bids: [], asks: [["3000", "0.5"]] },
  });
  await place(api.exchange, customer("bob"), "buy 0.2 @ 3000");
  const trade = await events.next();
  ok(trade.event === "trade");
  deepEqual([trade.data.trade_id, trade.data.price, trade.data.taker_side], ["ETH-USDT-1", "3000", "buy"]);
  deepEqual((await events.next()).data.asks, [["3000", "0.3"]]);
  stop.abort();

  const ticker = await api.call("GET /api/markets/ETH-USDT/ticker");
  deepEqual([ticker.body.last, ticker.body.volume, ticker.body.best_ask], ["3000", "0.2", "3000"]);
  equal((await api.call("GET /api/markets/DOGE-USDT/book")).status, 404);
});

function sseEvents(body: ReadableStream<Uint8Array>) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next(): Promise<{ event: string; data: Record<string, unknown> }> {
      while (true) {
        const end = text.indexOf("\n\n");
        if (end < 0) {
          text += (await reader.read()).value ?? "";
          continue;
        }
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const event = field("event");
        if (event !== undefined) return { event, data: JSON.parse(field("data")!) };
      }
    },
  };
}
