import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { customer, NOON } from "../../test/matching/command-stream.ts";
import { ETH_USDT } from "../markets/markets.ts";
import type { PlaceCommand } from "./engine-command.ts";
import type { EngineEvent, PlacedEvent, TradeEvent } from "./engine-event.ts";
import { MatchingEngine } from "./matching-engine.ts";
import type { OrderId, Side } from "./order.ts";
import { replay } from "./replay.ts";
import { decodeState, encodeState, stateHash } from "./state-codec.ts";

const PRICE = 300_000;

function place(id: string, who: number, limit: { side: Side; price: number; lots: number }): PlaceCommand {
  return {
    type: "place",
    orderId: `ord_${id}` as OrderId,
    customerId: customer(who),
    side: limit.side,
    priceTicks: limit.price,
    quantityLots: limit.lots,
    makerFeeBps: 5,
    takerFeeBps: 10,
    at: NOON,
  };
}

function engineWith(...commands: readonly PlaceCommand[]): { engine: MatchingEngine; events: EngineEvent[] } {
  const engine = new MatchingEngine(ETH_USDT);
  return { engine, events: commands.flatMap((command) => engine.execute(command, "accepted")) };
}

function trades(events: readonly EngineEvent[]): TradeEvent[] {
  return events.filter((event) => event.type === "trade");
}

function lastPlaced(events: readonly EngineEvent[]): PlacedEvent {
  const event = events.at(-1);
  ok(event?.type === "placed");
  return event;
}

test("a buy that crosses pays the maker's price, and the difference to its limit is released", () => {
  // 1 ETH offered at 3 000, bid for at 3 010: 3 000 USDT and a fee of 10 bps are spent of 3 010 and its fee.
  const { events } = engineWith(
    place("ask", 1, { side: "sell", price: PRICE, lots: 10_000 }),
    place("bid", 2, { side: "buy", price: PRICE + 1_000, lots: 10_000 }),
  );
  const [trade] = trades(events);
  equal(trade?.notional, 3_000_000_000n);
  deepEqual([trade?.taker.fee, trade?.maker.fee], [3_000_000n, 1_500_000n]);
  const { status, reserved, released, reserve } = lastPlaced(events);
  deepEqual([status, reserved, released, reserve], ["filled", 3_013_010_000n, 10_010_000n, 0n]);
});

test("a buy that only rests sets aside the maker's fee", () => {
  const { engine, events } = engineWith(place("bid", 1, { side: "buy", price: PRICE, lots: 10_000 }));
  equal(lastPlaced(events).reserved, 3_001_500_000n);
  equal(engine.find("ord_bid" as OrderId)?.reserve, 3_001_500_000n);
});

test("an order's fee is its exact sum rounded up once, however many fills it takes", () => {
  // Seven fills of 1 lot at 3 000: 0.3 USDT each, 10 bps of 2.1 USDT in all. Rounding each fill alone would agree here,
  // so the price is odd: 300 001 ticks make 300.001 units of fee a fill.
  const asks = Array.from({ length: 7 }, (_, number) =>
    place(`ask${number}`, 1, { side: "sell", price: PRICE + 1, lots: 1 }),
  );
  const { events } = engineWith(...asks, place("bid", 2, { side: "buy", price: PRICE + 1, lots: 7 }));
  const fees = trades(events).map((trade) => trade.taker.fee);
  deepEqual(fees, [301n, 300n, 300n, 300n, 300n, 300n, 300n]);
  equal(
    fees.reduce((sum, fee) => sum + fee),
    (7n * 300_001n * 10n + 9_999n) / 10_000n,
  );
});

test("a taker that would meet its own order expires, keeping the trades before it", () => {
  const { engine, events } = engineWith(
    place("other", 1, { side: "sell", price: PRICE, lots: 3 }),
    place("own", 2, { side: "sell", price: PRICE + 1, lots: 5 }),
    place("behind", 1, { side: "sell", price: PRICE + 2, lots: 5 }),
    place("bid", 2, { side: "buy", price: PRICE + 2, lots: 10 }),
  );
  equal(trades(events).length, 1);
  const { status, remainingLots, reserve } = lastPlaced(events);
  deepEqual([status, remainingLots, reserve], ["expired_in_match", 7, 0n]);
  equal(engine.find("ord_bid" as OrderId), undefined);
  equal(engine.find("ord_own" as OrderId)?.remainingLots, 5);
});

test("orders at one price trade by age, and a canceled one gives up its turn", () => {
  const { engine } = engineWith(
    place("first", 1, { side: "sell", price: PRICE, lots: 2 }),
    place("second", 2, { side: "sell", price: PRICE, lots: 2 }),
    place("third", 3, { side: "sell", price: PRICE, lots: 2 }),
  );
  const cancel = { type: "cancel", orderId: "ord_second" as OrderId, customerId: customer(2), at: NOON } as const;
  const [canceled] = engine.execute(cancel, "accepted");
  ok(canceled?.type === "canceled");
  equal(canceled.released, 2n * ETH_USDT.lot);
  const events = engine.execute(place("bid", 4, { side: "buy", price: PRICE, lots: 4 }), "accepted");
  deepEqual(
    trades(events).map((trade) => trade.maker.orderId),
    ["ord_first", "ord_third"],
  );
});

test("a customer with 200 open orders is refused the next, and other customers are not", () => {
  const orders = Array.from({ length: 200 }, (_, number) =>
    place(`${number}`, 1, { side: "buy", price: PRICE - number, lots: 1 }),
  );
  const { engine } = engineWith(...orders);
  equal(engine.check(place("next", 1, { side: "buy", price: PRICE, lots: 1 })), "TOO_MANY_ORDERS");
  equal(engine.check(place("next", 2, { side: "buy", price: PRICE, lots: 1 })), undefined);
});

test("the price band follows the last trade", () => {
  const { engine } = engineWith(
    place("ask", 1, { side: "sell", price: 320_000, lots: 1 }),
    place("bid", 2, { side: "buy", price: 320_000, lots: 1 }),
  );
  equal(engine.check(place("edge", 3, { side: "buy", price: 384_000, lots: 1 })), undefined);
  equal(engine.check(place("over", 3, { side: "buy", price: 384_001, lots: 1 })), "PRICE_OUT_OF_BAND");
  equal(engine.check(place("edge", 3, { side: "sell", price: 256_000, lots: 1 })), undefined);
  equal(engine.check(place("under", 3, { side: "sell", price: 255_999, lots: 1 })), "PRICE_OUT_OF_BAND");
});

test("a snapshot with any byte cut off or added is refused", () => {
  const { engine } = engineWith(
    place("bid", 1, { side: "buy", price: PRICE, lots: 2 }),
    place("ask", 2, { side: "sell", price: PRICE + 1, lots: 2 }),
  );
  const bytes = encodeState(engine).slice();
  for (let size = 0; size < bytes.length; size += 1) {
    equal(decodeState(ETH_USDT, bytes.slice(0, size)).ok, false, `cut to ${size} bytes`);
  }
  equal(decodeState(ETH_USDT, Uint8Array.of(...bytes, 0)).ok, false);
  equal(decodeState(ETH_USDT, bytes).ok, true);
});

test("a replay reports a wrong hash and goes on, and ends at a gap or an impossible command", () => {
  const [first, second] = [
    place("a", 1, { side: "buy", price: PRICE, lots: 1 }),
    place("b", 2, { side: "sell", price: PRICE, lots: 1 }),
  ];
  const entry = (sequence: number, command: PlaceCommand) => ({ sequence, command, verdict: "accepted" as const });
  const whole = new MatchingEngine(ETH_USDT);
  const wrong = { ...entry(1, first), stateHash: "00".repeat(32) };
  deepEqual(replay(whole, [wrong, entry(2, second)]), { sequence: 1, reason: "hash" });
  equal(stateHash(whole), stateHash(engineWith(first, second).engine));
  deepEqual(replay(new MatchingEngine(ETH_USDT), [entry(2, second)]), { sequence: 2, reason: "gap" });
  const twice = [entry(1, first), entry(2, first)];
  deepEqual(replay(new MatchingEngine(ETH_USDT), twice), { sequence: 2, reason: "not_executable" });
});
