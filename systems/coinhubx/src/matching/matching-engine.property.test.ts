import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CommandSource, type Intent, intents } from "../../test/matching/command-stream.ts";
import { ETH_USDT, WBTC_ETH } from "../markets/markets.ts";
import type { EngineCommand } from "./engine-command.ts";
import type { EngineEvent, TradeEvent } from "./engine-event.ts";
import { type EngineRules, MatchingEngine } from "./matching-engine.ts";
import { NaiveEngine } from "./naive-engine.ts";
import type { OrderId } from "./order.ts";
import { type JournalEntry, replay } from "./replay.ts";
import { decodeState, encodeState, stateHash } from "./state-codec.ts";

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
  const source = new CommandSource(target(engine), rates);
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

function target(engine: MatchingEngine) {
  return {
    rules: engine.rules,
    isOpen: (orderId: OrderId) => engine.find(orderId) !== undefined,
    check: (command: Parameters<MatchingEngine["check"]>[0]) => engine.check(command),
  };
}

function tradesOf(events: readonly EngineEvent[]): TradeEvent[] {
  return events.filter((event) => event.type === "trade");
}

test("X1: no trade is outside the taker's limit, and its price is the maker's", () => {
  fc.assert(
    fc.property(intents(), fees, (steps, rates) => {
      run(steps, rates, ({ before, command, events }) => {
        for (const trade of tradesOf(events)) {
          const maker = before.open.find((order) => order.orderId === trade.maker.orderId);
          ok(command.type === "place");
          equal(trade.priceTicks, maker?.priceTicks);
          ok(command.side === "buy" ? trade.priceTicks <= command.priceTicks : trade.priceTicks >= command.priceTicks);
        }
      });
    }),
  );
});

test("X2: a trade hits the best price, and at that price the oldest order", () => {
  fc.assert(
    fc.property(intents(), fees, (steps, rates) => {
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

test("X6: a customer never trades with itself; the order that would is expired", () => {
  fc.assert(
    fc.property(intents(), fees, (steps, rates) => {
      for (const trade of run(steps, rates).events.flatMap(tradesOf)) {
        ok(trade.maker.customerId !== trade.taker.customerId);
      }
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
      const source = new CommandSource(target(fast), rates);
      for (const intent of steps) {
        const command = source.next(intent);
        if (command === undefined) continue;
        if (command.type === "place") {
          equal(naive.check(command), undefined);
          equal(fast.reserveOf(command), naive.reserveOf(command));
        }
        const verdict = verdictOf(command, fast.counters.sequence);
        deepEqual(fast.execute(command, verdict), naive.execute(command, verdict));
        deepEqual(
          openOrders(fast),
          naive.open.map((order) => [order.orderId, naive.need(order, order.makerFeeBps)]).sort(),
        );
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
      const source = new CommandSource(target(fast), rates);
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
  return (["buy", "sell"] as const)
    .flatMap((side) => [...engine.book.side(side).levels()])
    .flatMap((level) => {
      const orders: [OrderId, bigint][] = [];
      for (let order = level.first; order !== undefined; order = order.next)
        orders.push([order.orderId, order.reserve]);
      return orders;
    })
    .sort();
}
