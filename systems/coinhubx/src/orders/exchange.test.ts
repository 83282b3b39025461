import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { customer, limit, place, startTestExchange } from "../../test/orders/exchange-kit.ts";
import { ASSETS } from "../markets/assets.ts";
import { ETH_USDT, MARKETS } from "../markets/markets.ts";
import type { OrderId } from "../matching/order.ts";
import type { PublicTrade } from "./market-feed.ts";

const [alice, bob, carol] = [customer("alice"), customer("bob"), customer("carol")];
const WHOLE_ETH = 10n ** 18n;
const USDT_UNIT = 1_000_000n;

test("a trade settles between the two customers and the fee account, and nothing is made or lost", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "2" });
  await it.fund(bob, { USDT: "10000" });
  await place(it.exchange, alice, "sell 2 @ 3000");
  const { order, fills } = await place(it.exchange, bob, "buy 1.5 @ 3010");

  equal(order.status, "filled");
  deepEqual(
    fills.map((fill) => [fill.liquidity, fill.priceTicks, fill.quantityLots, fill.fee]),
    [["taker", 300_000, 15_000, 4_500_000n]],
  );
  deepEqual(await it.balance(bob, "USDT"), { free: (10_000n - 4_500n) * USDT_UNIT - 4_500_000n, held: 0n });
  deepEqual(await it.balance(bob, "ETH"), { free: (WHOLE_ETH * 3n) / 2n, held: 0n });
  deepEqual(await it.balance(alice, "USDT"), { free: 4_500n * USDT_UNIT - 2_250_000n, held: 0n });
  deepEqual(await it.balance(alice, "ETH"), { free: 0n, held: WHOLE_ETH / 2n });
  const [fees] = await it.database.query<{ balance: string }>(sql`
    select credits_posted - debits_posted as balance from ledger_accounts where code = 'fees' and asset = 'USDT'`);
  equal(BigInt(fees!.balance), 6_750_000n);

  const [made] = await it.exchange.orders({ customerId: alice, onlyOpen: true, limit: 10 });
  deepEqual([made?.status, made?.remainingLots, made?.feeCharged], ["partially_filled", 5_000, 2_250_000n]);
  const [fill] = await it.exchange.fills({ customerId: alice, limit: 10 });
  deepEqual([fill?.liquidity, fill?.side, fill?.orderId, fill?.tradeNumber], ["maker", "sell", made?.id, 1]);
});

test("canceling gives back what was set aside, once", async () => {
  await using it = await startTestExchange();
  await it.fund(bob, { USDT: "1000" });
  const { order } = await place(it.exchange, bob, "buy 0.1 @ 2999.99");
  deepEqual(await it.balance(bob, "USDT"), { free: 699_851_000n, held: 300_149_000n });
  const canceled = await it.exchange.cancel(bob, order.id);
  ok(canceled.ok);
  deepEqual([canceled.value.status, canceled.value.remainingLots], ["canceled", 1_000]);
  deepEqual(await it.balance(bob, "USDT"), { free: 1_000n * USDT_UNIT, held: 0n });
  deepEqual(await it.exchange.cancel(bob, order.id), { ok: false, refusal: { code: "ORDER_DONE" } });
});

test("another customer's order is not found, like one that never was", async () => {
  await using it = await startTestExchange();
  await it.fund(bob, { USDT: "1000" });
  const { order } = await place(it.exchange, bob, "buy 0.1 @ 3000");
  const notFound = { ok: false, refusal: { code: "NOT_FOUND" } };
  deepEqual(await it.exchange.cancel(alice, order.id), notFound);
  deepEqual(await it.exchange.cancel(alice, "ord_none" as OrderId), notFound);
  equal(await it.exchange.order(alice, order.id), undefined);
  equal((await it.exchange.order(bob, order.id))?.status, "new");
});

test("two orders that spend one balance at once: one is accepted, one refused, and nothing is overdrawn", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  const attempts = await Promise.all(
    Array.from({ length: 20 }, () => it.exchange.submit(alice, limit("sell 0.6 @ 3000"))),
  );
  equal(attempts.filter((attempt) => attempt.ok).length, 1);
  for (const attempt of attempts) if (!attempt.ok) equal(attempt.refusal.code, "INSUFFICIENT_FUNDS");
  deepEqual(await it.balance(alice, "ETH"), { free: (WHOLE_ETH * 2n) / 5n, held: (WHOLE_ETH * 3n) / 5n });
});

test("a repeated client order id gets the first answer, whatever became of the order; another body is refused", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  await it.fund(bob, { USDT: "5000" });
  const first = await it.exchange.submit(alice, limit("sell 1 @ 3000", "same"));
  await place(it.exchange, bob, "buy 1 @ 3000");
  const second = await it.exchange.submit(alice, limit("sell 1 @ 3000", "same"));
  ok(first.ok && second.ok);
  equal(second.value.isReplay, true);
  deepEqual(second.value.order, first.value.order);
  deepEqual(await it.exchange.submit(alice, limit("sell 1 @ 3001", "same")), {
    ok: false,
    refusal: { code: "IDEMPOTENCY_KEY_REUSED", field: "price" },
  });
  equal((await it.exchange.orders({ customerId: alice, onlyOpen: false, limit: 10 })).length, 1);

  const [one, two] = await Promise.all([
    it.exchange.submit(bob, limit("buy 0.1 @ 3000", "at once")),
    it.exchange.submit(bob, limit("buy 0.1 @ 3000", "at once")),
  ]);
  ok(one.ok && two.ok);
  equal(one.value.order.id, two.value.order.id);
  deepEqual([one.value.isReplay, two.value.isReplay], [false, true]);
});

test("an order that found no money stays refused under its client order id", async () => {
  await using it = await startTestExchange();
  const refused = { ok: false, refusal: { code: "INSUFFICIENT_FUNDS" } };
  deepEqual(await it.exchange.submit(bob, limit("buy 1 @ 3000", "poor")), refused);
  await it.fund(bob, { USDT: "5000" });
  deepEqual(await it.exchange.submit(bob, limit("buy 1 @ 3000", "poor")), refused);
  equal((await it.exchange.submit(bob, limit("buy 1 @ 3000", "rich"))).ok, true);
});

test("C7: after trading was switched off and that was answered, no order commits, and canceling works", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "10" });
  const { order } = await place(it.exchange, alice, "sell 0.01 @ 3100");
  let isDisabled = false;
  const late: boolean[] = [];
  const stream = async () => {
    for (let number = 0; number < 30; number += 1) {
      const startedAfter = isDisabled;
      const placed = await it.exchange.submit(alice, limit("sell 0.01 @ 3100"));
      if (startedAfter) late.push(placed.ok);
      else if (!placed.ok) equal(placed.refusal.code, "TRADING_DISABLED");
    }
  };
  const streams = [stream(), stream(), stream()];
  await it.disable("trading");
  isDisabled = true;
  const [atDisable] = await it.database.query(sql`select count(*) from orders`);
  await Promise.all(streams);
  ok(late.length > 0 && late.every((accepted) => !accepted));
  deepEqual((await it.database.query(sql`select count(*) from orders`))[0], atDisable);
  equal((await it.exchange.cancel(alice, order.id)).ok, true);
  ok((await it.exchange.cancelAll(alice)).length >= 0);
  deepEqual(await it.balance(alice, "ETH"), { free: 10n * WHOLE_ETH, held: 0n });
});

test("F1: flags that cannot be read are closed, and canceling still works", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  const { order } = await place(it.exchange, alice, "sell 0.5 @ 3000");
  await it.test.database.execute(sql`revoke select on feature_flags from coinhubx_app`);
  const [placed, canceled] = await Promise.all([
    it.exchange.submit(alice, limit("sell 0.1 @ 3000")),
    it.exchange.cancel(alice, order.id),
  ]);
  equal(placed.ok, false);
  equal(canceled.ok, true);
});

test("a market that is post-only refuses takers, a cancel-only one refuses all orders", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  await it.fund(bob, { USDT: "5000" });
  await place(it.exchange, alice, "sell 0.5 @ 3000");
  await it.test.database.execute(sql`update markets set state = 'post_only' where code = 'ETH-USDT'`);
  deepEqual(await it.exchange.submit(bob, limit("buy 0.1 @ 3000")), { ok: false, refusal: { code: "WOULD_TAKE" } });
  const { order } = await place(it.exchange, bob, "buy 0.1 @ 2999");
  await it.test.database.execute(sql`update markets set state = 'cancel_only' where code = 'ETH-USDT'`);
  deepEqual(await it.exchange.submit(bob, limit("buy 0.1 @ 2999")), { ok: false, refusal: { code: "MARKET_CLOSED" } });
  equal((await it.exchange.cancel(bob, order.id)).ok, true);
});

test("canceling all cancels the caller's orders and nobody else's", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  await it.fund(carol, { ETH: "1" });
  for (const price of [3000, 3001, 3002]) await place(it.exchange, alice, `sell 0.1 @ ${price}`);
  await place(it.exchange, carol, "sell 0.1 @ 3000");
  equal((await it.exchange.cancelAll(alice, ETH_USDT.code)).length, 3);
  deepEqual(await it.balance(alice, "ETH"), { free: WHOLE_ETH, held: 0n });
  equal((await it.exchange.orders({ customerId: carol, onlyOpen: true, limit: 10 })).length, 1);
});

test("the public book, trades and ticker show committed state, and the stream continues the snapshot without a gap", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  await it.fund(bob, { USDT: "5000" });
  await place(it.exchange, alice, "sell 0.5 @ 3000");
  const stream = it.exchange.subscribe(ETH_USDT.code);
  deepEqual((await stream.next()).value, [
    { type: "snapshot", levels: { seq: 1, bids: [], asks: [[300_000, 5_000]] } },
  ]);
  await place(it.exchange, bob, "buy 0.2 @ 3000");
  const [{ at }] = (await it.exchange.trades(ETH_USDT.code, { limit: 1 })) as [PublicTrade];
  deepEqual((await stream.next()).value, [
    { type: "trade", trade: { number: 1, priceTicks: 300_000, lots: 2_000, takerSide: "buy", at } },
    { type: "book", levels: { seq: 2, bids: [], asks: [[300_000, 3_000]] } },
  ]);
  deepEqual(it.exchange.book(ETH_USDT.code, 10), { seq: 2, bids: [], asks: [[300_000, 3_000]] });
  const { lastTicks, lots, bestAskTicks, bestBidTicks } = await it.exchange.ticker(ETH_USDT.code);
  deepEqual([lastTicks, lots, bestAskTicks, bestBidTicks], [300_000, 2_000n, 300_000, undefined]);
  await stream.return();
});

test("a full queue refuses further commands instead of growing", async () => {
  await using it = await startTestExchange();
  await it.fund(alice, { ETH: "1" });
  const attempts = Array.from({ length: 8_300 }, () => it.exchange.cancelAll(alice));
  const outcomes = await Promise.allSettled(attempts);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  ok(refused.length > 0 && refused.length < 200);
  await rejects(Promise.reject(refused[0]!.reason), { code: "OVERLOADED", retryable: true });
});

test("the tables of assets and markets say what the constants say", async () => {
  await using it = await startTestExchange();
  const assets = await it.database.query(sql`
    select decimals, kind, minimum_deposit, minimum_withdrawal, withdrawal_fee, velocity_transaction, velocity_hour,
      velocity_day, velocity_week, velocity_month, net_outflow_day
    from assets order by array_position(array['ETH', 'USDT', 'WBTC'], code)`);
  deepEqual(
    assets.map((row) => Object.values(row).map(String)),
    ASSETS.map(
      ({ decimals, kind, minimumDeposit, minimumWithdrawal, withdrawalFee, velocity, globalNetOutflowPerDay }) =>
        [
          decimals,
          kind,
          minimumDeposit,
          minimumWithdrawal,
          withdrawalFee,
          ...Object.values(velocity),
          globalNetOutflowPerDay,
        ].map(String),
    ),
  );
  const markets = await it.database.query(sql`
    select code, base, quote, lot, tick, units_per_lot_tick, minimum_notional, maximum_order_lots, maker_fee_bps,
      taker_fee_bps, listing_price_ticks
    from markets order by array_position(array['ETH-USDT', 'WBTC-USDT', 'WBTC-ETH'], code)`);
  deepEqual(
    markets.map((row) => Object.values(row).map(String)),
    MARKETS.map((it) =>
      [
        it.code,
        it.base.code,
        it.quote.code,
        it.lot,
        it.tick,
        it.unitsPerLotTick,
        it.minimumNotional,
        it.maximumOrderLots,
        it.makerFeeBps,
        it.takerFeeBps,
        it.listingPriceTicks,
      ].map(String),
    ),
  );
});
