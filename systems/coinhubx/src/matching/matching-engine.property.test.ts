import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CommandSource, engineTarget, type Intent, intents } from "../../test/matching/command-stream.ts";
import { ETH_USDT, WBTC_ETH } from "../markets/markets.ts";
import type { EngineCommand, PlaceCommand } from "./engine-command.ts";
import type { EngineEvent, TradeEvent } from "./engine-event.ts";
import { type EngineRules, MatchingEngine } from "./matching-engine.ts";
import { NaiveEngine } from "./naive-engine.ts";
import type { BookOrder, OrderId, OrderOptions } from "./order.ts";
import { type JournalEntry, replay } from "./replay.ts";
import { decodeState, encodeState, stateHash } from "./state-codec.ts";
import { isReached } from "./stop-book.ts";

const fees = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
  .map(([one, other]) => ({ makerFeeBps: Math.min(one, other), takerFeeBps: Math.max(one, other) }));

// Every seventh place command finds no money, as the ledger might say; the engine only has to obey the verdict.
function verdictOf(command: EngineCommand, number: number): JournalEntry["verdict"] {
  return command.type === "place" && number % 7 === 6 ? "INSUFFICIENT_FUNDS" : "accepted";
}

interface Run {
  readonly engine: MatchingEngine;
  readonly journal: JournalEntry[];
  readonly events: (readonly EngineEvent[])[];
}

interface Step {
  /** The oracle as the command finds it, and the engine as the command leaves it. */
  readonly before: NaiveEngine;
  readonly after: MatchingEngine;
  readonly command: EngineCommand;
  readonly events: readonly EngineEvent[];
}

function run(
  steps: readonly Intent[],
  rates: { makerFeeBps: number; takerFeeBps: number },
  observe: (step: Step) => void = () => {},
): Run {
  const engine = new MatchingEngine(ETH_USDT);
  const oracle = new NaiveEngine(ETH_USDT);
  const source = new CommandSource(engineTarget(engine), rates);
  const journal: JournalEntry[] = [];
  const all: (readonly EngineEvent[])[] = [];
  for (const intent of steps) {
    const command = source.next(intent);
    if (command === undefined) continue;
    const verdict = verdictOf(command, journal.length);
    const events = engine.execute(command, verdict);
    observe({ before: oracle, after: engine, command, events });
    oracle.execute(command, verdict);
    journal.push({ sequence: engine.counters.sequence, command, verdict, stateHash: stateHash(engine) });
    all.push(events);
  }
  return { engine, journal, events: all };
}

function tradesOf(events: readonly EngineEvent[]): TradeEvent[] {
  return events.filter((event) => event.type === "trade");
}

test("X1: no trade is outside the taker's limit, and its price is the maker's", () => {
  fc.assert(
    fc.property(intents(), fees, (steps, rates) => {
      const limits = new Map<OrderId, number>();
      run(steps, rates, ({ events }) => {
        for (const [at, event] of events.entries()) {
          if (event.type === "placed" || event.type === "amended") limits.set(event.orderId, event.priceTicks);
          if (event.type !== "trade") continue;
          equal(event.priceTicks, limits.get(event.maker.orderId));
          const end = endOf(events, { at, orderId: event.taker.orderId });
          ok(end.side === "buy" ? event.priceTicks <= end.priceTicks : event.priceTicks >= end.priceTicks);
        }
      });
    }),
  );
});

test("X2: a trade hits the best price, and at that price the oldest order", () => {
  fc.assert(
    fc.property(intents({ limitsOnly: true }), fees, (steps, rates) => {
      run(steps, rates, ({ before, command, events }) => {
        if (command.type !== "place") return;
        const queue = before.candidates(command).map((order) => order.orderId);
        const makers = tradesOf(events).map((trade) => trade.maker.orderId);
        deepEqual(makers, queue.slice(0, makers.length));
      });
    }),
  );
});

test("X3: the book is never crossed after a command", () => {
  fc.assert(
    fc.property(intents(), fees, (steps, rates) => {
      run(steps, rates, ({ after: { book } }) => {
        const [bid, ask] = [book.side("buy").best, book.side("sell").best];
        ok(bid === undefined || ask === undefined || bid.priceTicks < ask.priceTicks);
      });
    }),
  );
});

test("X4: every lot of an order is filled, left, canceled or taken by self-trade prevention", () => {
  fc.assert(
    fc.property(intents({ maxLength: 120 }), fees, (steps, rates) => {
      const account = new Map<OrderId, { ordered: number; gone: number }>();
      const of = (orderId: OrderId) => {
        const one = account.get(orderId) ?? { ordered: 0, gone: 0 };
        account.set(orderId, one);
        return one;
      };
      const { engine } = run(steps, rates, ({ before, command, events }) => {
        if (command.type === "place") of(command.orderId).ordered = orderedLots(command, events);
        const old = command.type === "amend" && before.open.find(({ orderId }) => orderId === command.orderId);
        if (old && command.type === "amend") of(command.orderId).ordered += command.quantityLots - old.quantityLots;
        for (const event of events) {
          if (event.type === "trade" || event.type === "decremented")
            for (const { orderId } of [event.maker, event.taker]) of(orderId).gone += event.lots;
          else if (event.type === "placed" && event.reserve === 0n) of(event.orderId).gone += event.remainingLots;
          else if (event.type === "canceled" || event.type === "maker_expired" || event.type === "stop_canceled")
            of(event.orderId).gone += event.remainingLots;
        }
      });
      for (const [orderId, { ordered, gone }] of account) {
        const left = engine.find(orderId)?.remainingLots ?? engine.stops.find(orderId)?.terms.quantityLots ?? 0;
        equal(gone + left, ordered, orderId);
      }
    }),
  );
});

test("X5: immediate orders never rest, fill-or-kill is all or nothing, post-only never takes, a market order keeps to its budget", () => {
  fc.assert(
    fc.property(intents({ maxLength: 100 }), fees, (steps, rates) => {
      const options = new Map<OrderId, OrderOptions>();
      run(steps, rates, ({ command, events }) => {
        if (command.type === "place" && command.options !== undefined) options.set(command.orderId, command.options);
        for (const [at, event] of events.entries()) {
          if (event.type === "trade") equal(options.get(event.taker.orderId)?.postOnly ?? false, false);
          if (event.type !== "placed" || event.status === "pending_trigger") continue;
          const own = options.get(event.orderId);
          const trades = tradesOf(events.slice(0, at)).filter(({ taker }) => taker.orderId === event.orderId);
          if (own !== undefined && own.timeInForce !== "gtc") equal(event.reserve, 0n);
          if (own?.timeInForce === "fok") ok(trades.length === 0 || event.remainingLots === 0);
          if (own === undefined || own.budget === 0n) continue;
          const spent = trades.reduce((sum, { notional, taker }) => sum + notional + taker.fee, 0n);
          ok(spent <= own.budget);
          equal(event.released, own.budget - spent);
        }
      });
    }),
  );
});

test("X6: a customer trades with itself only where the taker's order allows it", () => {
  fc.assert(
    fc.property(intents({ maxLength: 100 }), fees, (steps, rates) => {
      const modes = new Map<OrderId, string>();
      run(steps, rates, ({ command, events }) => {
        if (command.type === "place") modes.set(command.orderId, command.options?.stp ?? "expire_taker");
        for (const { maker, taker } of tradesOf(events))
          ok(maker.customerId !== taker.customerId || modes.get(taker.orderId) === "none");
        for (const event of events)
          if (event.type === "decremented") equal(modes.get(event.taker.orderId), "decrement");
      });
    }),
  );
});

test("X7: an order made smaller keeps its place, any other change takes it to the end of its level", () => {
  fc.assert(
    fc.property(intents({ maxLength: 100 }), fees, (steps, rates) => {
      const queues = new Map<OrderId, readonly OrderId[]>();
      run(steps, rates, ({ after, command, events }) => {
        const [first] = events;
        if (command.type === "amend" && first?.type === "amended") {
          const order = after.find(command.orderId);
          if (first.keepsPlace) deepEqual(queueOf(order), queues.get(command.orderId));
          else if (order !== undefined) equal(queueOf(order).at(-1), command.orderId);
        }
        queues.clear();
        for (const order of restingOrders(after)) queues.set(order.orderId, queueOf(order));
      });
    }),
  );
});

test("X8: a stop is triggered once, when the last price reached it, and none that was reached goes on waiting", () => {
  fc.assert(
    fc.property(intents({ maxLength: 120 }), fees, (steps, rates) => {
      const triggered = new Set<OrderId>();
      run(steps, rates, ({ before, after, events }) => {
        const seen = [before.lastPriceTicks, ...tradesOf(events).map(({ priceTicks }) => priceTicks)];
        for (const event of events) {
          if (event.type !== "triggered") continue;
          equal(triggered.has(event.orderId), false);
          triggered.add(event.orderId);
          ok(seen.some((last) => isReached(event.side, event.stopPriceTicks, last)));
        }
        const last = after.counters.lastPriceTicks;
        for (const side of ["buy", "sell"] as const)
          for (const { terms } of after.stops.waiting(side))
            ok(last === 0 || !isReached(side, terms.options.stopPriceTicks, last));
      });
    }),
  );
});

test("X10: the fast engine and the naive engine give the same events and hold the same orders", () => {
  const markets: readonly EngineRules[] = [
    ETH_USDT,
    { ...WBTC_ETH, listingPriceTicks: 300_000, openOrdersPerCustomer: 5 },
  ];
  fc.assert(
    fc.property(intents({ maxLength: 120 }), fees, fc.constantFrom(...markets), (steps, rates, rules) => {
      const fast = new MatchingEngine(rules);
      const naive = new NaiveEngine(rules);
      const source = new CommandSource(engineTarget(fast), rates);
      for (const intent of steps) {
        const command = source.next(intent);
        if (command === undefined) continue;
        if (command.type === "place") {
          equal(naive.check(command), undefined);
          equal(fast.reserveOf(command), naive.reserveOf(command));
        }
        if (command.type === "amend") {
          const order = naive.open.find(({ orderId }) => orderId === command.orderId)!;
          equal(naive.checkAmend(order, command), undefined);
          equal(fast.reserveOfAmend(fast.find(command.orderId)!, command), naive.reserveOfAmend(order, command));
        }
        const verdict = verdictOf(command, fast.counters.sequence);
        deepEqual(fast.execute(command, verdict), naive.execute(command, verdict));
        deepEqual(
          openOrders(fast),
          naive.open.map((order) => [order.orderId, naive.need(order, order.makerFeeBps)]).sort(),
        );
        deepEqual(waitingStops(fast), naive.stops.map((stop) => [stop.orderId, naive.reserveOf(stop)]).sort());
      }
    }),
  );
});

test("X10: prices and quantities at the edge of exactness give the same events as the naive engine", () => {
  const rules = { ...ETH_USDT, listingPriceTicks: 2 ** 31 - 7 };
  const huge = intents({ middle: 2 ** 31 - 7 }).map((steps) =>
    steps.map((step) => (step.kind === "place" ? { ...step, lots: step.lots * 99_991 } : step)),
  );
  fc.assert(
    fc.property(huge, fees, (steps, rates) => {
      const fast = new MatchingEngine(rules);
      const naive = new NaiveEngine(rules);
      const source = new CommandSource(engineTarget(fast), rates);
      for (const intent of steps) {
        const command = source.next(intent);
        if (command !== undefined) deepEqual(fast.execute(command, "accepted"), naive.execute(command, "accepted"));
      }
    }),
  );
});

test("X10: a replay of the journal gives the same state, and so does a snapshot with the rest of the journal", () => {
  fc.assert(
    fc.property(intents(), fees, fc.nat(60), (steps, rates, cut) => {
      const { engine, journal } = run(steps, rates);
      const whole = new MatchingEngine(ETH_USDT);
      equal(replay(whole, journal), undefined);
      equal(stateHash(whole), stateHash(engine));

      const half = new MatchingEngine(ETH_USDT);
      replay(half, journal.slice(0, cut));
      const restored = decodeState(ETH_USDT, encodeState(half).slice());
      ok(restored.ok);
      equal(replay(restored.value, journal.slice(cut)), undefined);
      equal(stateHash(restored.value), stateHash(engine));
      deepEqual(openOrders(restored.value), openOrders(engine));
      deepEqual(waitingStops(restored.value), waitingStops(engine));
    }),
  );
});

test("X12: a command that is refused before the engine changes nothing", () => {
  fc.assert(
    fc.property(intents(), fees, (steps, rates) => {
      const { engine } = run(steps, rates);
      const before = stateHash(engine);
      const reference = engine.counters.lastPriceTicks || ETH_USDT.listingPriceTicks;
      const terms = { orderId: "ord_new" as OrderId, customerId: "usr_9" as never, quantityLots: 1, ...rates };
      equal(engine.check({ ...terms, side: "buy", priceTicks: reference * 2 }), "PRICE_OUT_OF_BAND");
      equal(engine.check({ ...terms, side: "sell", priceTicks: Math.floor(reference / 2) }), "PRICE_OUT_OF_BAND");
      engine.reserveOf({ ...terms, side: "buy", priceTicks: reference });
      equal(stateHash(engine), before);
    }),
  );
});

function openOrders(engine: MatchingEngine): [OrderId, bigint][] {
  return restingOrders(engine)
    .map(({ orderId, reserve }): [OrderId, bigint] => [orderId, reserve])
    .sort();
}

function restingOrders(engine: MatchingEngine): BookOrder[] {
  return (["buy", "sell"] as const)
    .flatMap((side) => [...engine.book.side(side).levels()])
    .flatMap((level) => {
      const orders: BookOrder[] = [];
      for (let order = level.first; order !== undefined; order = order.next) orders.push(order);
      return orders;
    });
}

function waitingStops({ stops }: MatchingEngine): [OrderId, bigint][] {
  return [...stops.waiting("buy"), ...stops.waiting("sell")]
    .map(({ terms, reserve }): [OrderId, bigint] => [terms.orderId, reserve])
    .sort();
}

/** The ids of an order's level, oldest first. */
function queueOf(order: BookOrder | undefined): OrderId[] {
  const ids: OrderId[] = [];
  for (let each = order?.level?.first; each !== undefined; each = each.next) ids.push(each.orderId);
  return ids;
}

/** What a place command ordered; a budget's lots are told by the engine, less what prevention took of them. */
function orderedLots({ orderId, quantityLots, options }: PlaceCommand, events: readonly EngineEvent[]): number {
  if (events[0]?.type === "rejected") return 0;
  const end = endOf(events, { at: 0, orderId });
  if (options === undefined || options.budget === 0n) return quantityLots;
  const taken = events.filter((event) => event.type === "decremented").filter(({ taker }) => taker.orderId === orderId);
  return taken.reduce((sum, { lots }) => sum + lots, end.quantityLots);
}

/** The `placed` that closes what a taker did. */
function endOf(events: readonly EngineEvent[], { at, orderId }: { readonly at: number; readonly orderId: OrderId }) {
  const end = events.slice(at).find((event) => event.type === "placed" && event.orderId === orderId);
  ok(end?.type === "placed");
  return end;
}
