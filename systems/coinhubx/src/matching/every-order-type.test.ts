import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { customer, NOON } from "../../test/matching/command-stream.ts";
import { ETH_USDT } from "../markets/markets.ts";
import type { EngineEvent } from "./engine-event.ts";
import { MatchingEngine } from "./matching-engine.ts";
import { type OrderId, type OrderOptions, type OrderTerms, PLAIN_LIMIT, type Side } from "./order.ts";
import { decodeState, encodeState, stateHash } from "./state-codec.ts";

const PRICE = 300_000;
const MARKET = { orderType: "market", timeInForce: "ioc" } as const;

type Order = Partial<OrderOptions> & { readonly price?: number; readonly lots?: number; readonly who?: number };

/** An engine that is told orders in short: `buy("a", { price: 1, lots: 2 })`. */
class Desk {
  readonly engine = new MatchingEngine({ ...ETH_USDT, stopsPerCustomer: 5_000 });

  terms(side: Side, id: string, order: Order): OrderTerms {
    const { price = 0, lots = 0, who = side === "buy" ? 1 : 2, ...options } = order;
    const fees = { makerFeeBps: 0, takerFeeBps: 10 };
    const ids = { orderId: id as OrderId, customerId: customer(who) };
    return { ...ids, side, priceTicks: price, quantityLots: lots, ...fees, options: { ...PLAIN_LIMIT, ...options } };
  }

  buy = (id: string, order: Order) => this.#place(this.terms("buy", id, order));
  sell = (id: string, order: Order) => this.#place(this.terms("sell", id, order));

  amend(id: string, priceTicks: number, quantityLots: number): string[] {
    const orderId = id as OrderId;
    const { customerId } = this.engine.find(orderId)!;
    return told(
      this.engine.execute({ type: "amend", orderId, customerId, priceTicks, quantityLots, at: NOON }, "accepted"),
    );
  }

  left(id: string): number | undefined {
    return this.engine.find(id as OrderId)?.remainingLots;
  }

  #place(terms: OrderTerms): string[] {
    const refusal = this.engine.check(terms);
    if (refusal !== undefined) return [refusal];
    return told(this.engine.execute({ type: "place", ...terms, at: NOON }, "accepted"));
  }
}

/** Events in a word or two each. */
function told(events: readonly EngineEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "trade") return `${event.lots}@${event.priceTicks} with ${event.maker.orderId}`;
    if (event.type === "placed") return `${event.orderId} ${event.status}`;
    if (event.type === "decremented") return `${event.maker.orderId} and ${event.taker.orderId} less ${event.lots}`;
    return `${event.orderId} ${event.type}`;
  });
}

test("a market order takes the best prices up to five percent beyond the first, and the rest expires", () => {
  const desk = new Desk();
  desk.sell("near", { price: PRICE, lots: 1 });
  desk.sell("edge", { price: 315_000, lots: 1 });
  desk.sell("far", { price: 315_001, lots: 1 });
  deepEqual(desk.buy("m", { ...MARKET, lots: 3 }), ["1@300000 with near", "1@315000 with edge", "m expired"]);
  deepEqual(desk.sell("s", { ...MARKET, lots: 1 }), ["NO_LIQUIDITY"]);
});

test("a market buy with a budget spends no more than that, fee included, and is filled when it buys no further lot", () => {
  const desk = new Desk();
  desk.sell("a", { price: PRICE, lots: 100 });
  // 10 lots cost 3 000 000 and a fee of 3 000: the eleventh is one unit too expensive.
  const terms = desk.terms("buy", "m", { ...MARKET, budget: 3_303_299n });
  equal(desk.engine.reserveOf(terms), 3_303_299n);
  deepEqual(desk.buy("m", { ...MARKET, budget: 3_303_299n }), ["10@300000 with a", "m filled"]);
  deepEqual(desk.buy("n", { ...MARKET, budget: 3_303_300n }), ["11@300000 with a", "n filled"]);
  deepEqual(desk.buy("o", { ...MARKET, budget: 300_299n }), ["NOTIONAL_TOO_SMALL"]);
});

test("immediate-or-cancel trades what is there and rests nothing", () => {
  const desk = new Desk();
  desk.sell("a", { price: PRICE, lots: 1 });
  deepEqual(desk.buy("b", { price: PRICE, lots: 3, timeInForce: "ioc" }), ["1@300000 with a", "b expired"]);
  deepEqual(desk.buy("c", { price: PRICE, lots: 3, timeInForce: "ioc" }), ["c expired"]);
  equal(desk.engine.book.size, 0);
});

test("fill-or-kill trades all or nothing, and own orders do not fill it", () => {
  const desk = new Desk();
  desk.sell("a", { price: PRICE, lots: 2 });
  desk.sell("own", { price: PRICE + 1, lots: 5, who: 1 });
  desk.sell("b", { price: PRICE + 2, lots: 2 });
  const all = { price: PRICE + 2, lots: 4, timeInForce: "fok" } as const;
  deepEqual(desk.buy("f", all), ["f expired"]);
  const through = desk.buy("g", { ...all, stp: "expire_maker" });
  deepEqual(through, ["2@300000 with a", "own maker_expired", "2@300002 with b", "g filled"]);
});

test("a post-only order that would take is refused, one tick away it rests", () => {
  const desk = new Desk();
  desk.sell("a", { price: PRICE, lots: 1 });
  deepEqual(desk.buy("b", { price: PRICE, lots: 1, postOnly: true }), ["WOULD_TAKE"]);
  deepEqual(desk.buy("b", { price: PRICE - 1, lots: 1, postOnly: true }), ["b new"]);
});

test("self-trade prevention does what the taker's order says", () => {
  const meeting = (stp: OrderOptions["stp"], lots: number) => {
    const desk = new Desk();
    desk.sell("own", { price: PRICE, lots: 3, who: 1 });
    desk.sell("other", { price: PRICE, lots: 3 });
    return [...desk.buy("t", { price: PRICE, lots, stp }), `own ${desk.left("own")}`];
  };
  deepEqual(meeting("none", 4), ["3@300000 with own", "1@300000 with other", "t filled", "own undefined"]);
  deepEqual(meeting("expire_taker", 4), ["t expired_in_match", "own 3"]);
  deepEqual(meeting("expire_maker", 4), [
    "own maker_expired",
    "3@300000 with other",
    "t partially_filled",
    "own undefined",
  ]);
  deepEqual(meeting("expire_both", 4), ["own maker_expired", "t expired_in_match", "own undefined"]);
  deepEqual(meeting("decrement", 2), ["own and t less 2", "t expired_in_match", "own 1"]);
  deepEqual(meeting("decrement", 5), ["own and t less 3", "2@300000 with other", "t filled", "own undefined"]);
});

test("less of an order keeps its place; another price takes it to the end, where it may trade at once", () => {
  const desk = new Desk();
  for (const id of ["a", "b"]) desk.sell(id, { price: PRICE, lots: 5 });
  deepEqual(desk.amend("a", PRICE, 2), ["a amended"]);
  deepEqual(desk.buy("one", { price: PRICE, lots: 1 }), ["1@300000 with a", "one filled"]);
  deepEqual(desk.amend("a", PRICE, 3), ["a amended", "a partially_filled"]);
  deepEqual(desk.buy("two", { price: PRICE, lots: 6 }), ["5@300000 with b", "1@300000 with a", "two filled"]);
  desk.buy("bid", { price: PRICE - 10, lots: 1 });
  deepEqual(desk.amend("a", PRICE - 10, 3), ["a amended", "1@299990 with bid", "a filled"]);
});

test("a stop waits, triggers once the last price reaches it, and may set off the next", () => {
  const desk = new Desk();
  desk.buy("first", { price: PRICE, lots: 1 });
  desk.buy("second", { price: PRICE - 10, lots: 1 });
  desk.buy("third", { price: PRICE - 20, lots: 5 });
  deepEqual(desk.sell("late", { orderType: "stop", stopPriceTicks: PRICE, lots: 1 }), ["STOP_WOULD_TRIGGER"]);
  const stop = { orderType: "stop", timeInForce: "ioc", lots: 1 } as const;
  desk.sell("lower", { ...stop, stopPriceTicks: PRICE - 10, who: 3 });
  deepEqual(desk.sell("upper", { ...stop, stopPriceTicks: PRICE - 5, who: 3 }), ["upper pending_trigger"]);
  desk.sell("limit", { orderType: "stop_limit", stopPriceTicks: PRICE - 5, price: PRICE - 6, lots: 1, who: 3 });
  deepEqual(desk.sell("s", { price: PRICE - 10, lots: 2 }), [
    ...["1@300000 with first", "1@299990 with second", "s filled"],
    ...["upper triggered", "1@299980 with third", "upper filled"],
    ...["limit triggered", "limit new"],
    ...["lower triggered", "1@299980 with third", "lower filled"],
  ]);
  equal(desk.engine.stops.size, 0);
});

test("one command sets off a thousand stops, the rest follow by commands of the engine's own", () => {
  const desk = new Desk();
  desk.sell("ask", { price: PRICE + 10, lots: 5_000 });
  for (let number = 0; number < 1_500; number += 1)
    desk.buy(`stop${number}`, { orderType: "stop", timeInForce: "ioc", stopPriceTicks: PRICE + 5, lots: 1, who: 3 });
  const first = desk.buy("b", { price: PRICE + 10, lots: 1 });
  equal(first.filter((event) => event.endsWith(" triggered")).length, 1_000);
  equal(desk.engine.stops.hasTriggered, true);
  const half = decodeState(desk.engine.rules, encodeState(desk.engine).slice());
  equal(half.ok && stateHash(half.value), stateHash(desk.engine));
  const rest = told(desk.engine.execute({ type: "trigger", at: NOON }, "accepted"));
  equal(rest.filter((event) => event.endsWith(" filled")).length, 500);
  equal(desk.engine.stops.hasTriggered, false);
});
