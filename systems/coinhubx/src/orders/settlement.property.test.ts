import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { AssetCode } from "@assay/primitives/money";
import fc from "fast-check";
import { CommandSource, customer, engineTarget, type Intent, intents } from "../../test/matching/command-stream.ts";
import { type AccountKey, accountKeyText } from "../ledger/account.ts";
import type { TransferCommand } from "../ledger/transfer.ts";
import { ETH_USDT, type Market, WBTC_ETH } from "../markets/markets.ts";
import type { EngineCommand } from "../matching/engine-command.ts";
import type { EngineEvent } from "../matching/engine-event.ts";
import { MatchingEngine } from "../matching/matching-engine.ts";
import type { OrderId } from "../matching/order.ts";
import { Depth } from "./depth.ts";
import { fromEventJson, toEventJson } from "./engine-event-json.ts";
import { amendTransfer, reserveAsset, reserveTransfer, settlementTransfers } from "./settlement.ts";

/** The ledger as far as it matters here: balances that never go below zero. */
class Balances {
  readonly #units = new Map<string, bigint>();

  of(key: AccountKey): bigint {
    return this.#units.get(accountKeyText(key)) ?? 0n;
  }

  add(key: AccountKey, units: bigint): void {
    this.#units.set(accountKeyText(key), this.of(key) + units);
  }

  /** False, and nothing moved, when the debit account has less. */
  apply({ debit, credit, amount }: TransferCommand): boolean {
    if (this.of(debit) < amount) return false;
    this.add(debit, -amount);
    this.add(credit, amount);
    return true;
  }

  total(asset: string): bigint {
    return [...this.#units].filter(([key]) => key.endsWith(`/${asset}`)).reduce((sum, [, units]) => sum + units, 0n);
  }
}

interface Run {
  readonly market: Market;
  readonly engine: MatchingEngine;
  readonly balances: Balances;
  readonly events: EngineEvent[];
}

/** Runs intents as the service does: reserve first, the engine next, then the moves that follow. */
function run(market: Market, steps: readonly Intent[], observe: (run: Run) => void = () => {}): Run {
  const engine = new MatchingEngine({ ...market, listingPriceTicks: 300_000 });
  const balances = new Balances();
  for (let who = 0; who < 5; who += 1) {
    // Enough for some orders and not for others.
    balances.add({ owner: customer(who), code: "customer", asset: market.base.code }, 200_000n * market.lot);
    const quote = 150_000n * 300_000n * market.unitsPerLotTick;
    balances.add({ owner: customer(who), code: "customer", asset: market.quote.code }, quote);
  }
  const state: Run = { market, engine, balances, events: [] };
  const source = new CommandSource(engineTarget(engine));
  for (const intent of steps) {
    const command = source.next(intent);
    if (command === undefined) continue;
    const isFunded = setAside({ market, engine, balances }, command);
    if (command.type === "amend" && !isFunded) continue;
    const events = engine.execute(command, isFunded ? "accepted" : "INSUFFICIENT_FUNDS");
    for (const transfer of settlementTransfers(market, { sequence: engine.counters.sequence, events }))
      ok(balances.apply(transfer), `${transfer.id} is covered`);
    state.events.push(...events);
    observe(state);
  }
  return state;
}

function setAside({ market, engine, balances }: Omit<Run, "events">, command: EngineCommand): boolean {
  if (command.type === "place") return balances.apply(reserveTransfer(market, command, engine.reserveOf(command)));
  if (command.type !== "amend") return true;
  const order = engine.find(command.orderId)!;
  const units = engine.reserveOfAmend(order, command);
  return (
    units === 0n || balances.apply(amendTransfer(market, order, { sequence: engine.counters.sequence + 1, units }))
  );
}

const market = fc.constantFrom(ETH_USDT, WBTC_ETH);
const steps = intents({ maxLength: 100 });

test("X9: after every command the accounts hold what the open orders need, per customer and asset", () => {
  fc.assert(
    fc.property(market, steps, (listed, tried) => {
      run(listed, tried, ({ engine, balances }) => {
        for (let who = 0; who < 5; who += 1) {
          const needed = new Map<AssetCode, bigint>();
          for (const orderId of engine.openOrdersOf(customer(who))) {
            const order = engine.find(orderId) ?? engine.stops.find(orderId)!;
            const asset = reserveAsset(listed, "terms" in order ? order.terms.side : order.side);
            needed.set(asset, (needed.get(asset) ?? 0n) + order.reserve);
          }
          for (const { code: asset } of [listed.base, listed.quote]) {
            equal(balances.of({ owner: customer(who), code: "customer_orders", asset }), needed.get(asset) ?? 0n);
          }
        }
      });
    }),
  );
});

test("X4: both assets are conserved, whatever trades, expires, shrinks or is canceled", () => {
  fc.assert(
    fc.property(market, steps, (listed, tried) => {
      const before = run(listed, []).balances;
      const { balances } = run(listed, tried);
      for (const { code } of [listed.base, listed.quote]) equal(balances.total(code), before.total(code));
    }),
  );
});

test("X11: each order's fees are its exact sum rounded up once, and their total is what the fee account holds", () => {
  fc.assert(
    fc.property(market, steps, (listed, tried) => {
      const { events, balances } = run(listed, tried);
      const orders = new Map<OrderId, { weighted: bigint; charged: bigint }>();
      for (const trade of events.filter((event) => event.type === "trade")) {
        for (const [party, bps] of [
          [trade.maker, 5n],
          [trade.taker, 10n],
        ] as const) {
          const { weighted, charged } = orders.get(party.orderId) ?? { weighted: 0n, charged: 0n };
          orders.set(party.orderId, { weighted: weighted + trade.notional * bps, charged: charged + party.fee });
        }
      }
      let total = 0n;
      for (const { weighted, charged } of orders.values()) {
        equal(charged, (weighted + 9_999n) / 10_000n);
        total += charged;
      }
      equal(balances.of({ owner: "house", code: "fees", asset: listed.quote.code }), total);
    }),
  );
});

test("the public book is the fold of the events, and events survive their table unchanged", () => {
  fc.assert(
    fc.property(market, steps, (listed, tried) => {
      const { engine, events } = run(listed, tried);
      deepEqual(fromEventJson(JSON.parse(JSON.stringify(toEventJson(events)))), events);
      const depth = new Depth(new MatchingEngine(listed));
      depth.apply(events);
      const { bids, asks } = depth.top(1_000);
      deepEqual([bids, asks], [new Depth(engine).top(1_000).bids, new Depth(engine).top(1_000).asks]);
    }),
  );
});
