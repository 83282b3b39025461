import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../../src/customers/customer.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import type { AmendCommand, EngineCommand, RiskVerdict } from "../../src/matching/engine-command.ts";
import type { EngineEvent, TradeEvent } from "../../src/matching/engine-event.ts";
import { NaiveEngine } from "../../src/matching/naive-engine.ts";
import type { Side } from "../../src/matching/order.ts";
import { releaseOf } from "../../src/orders/settlement.ts";

export type AssetName = "ETH" | "USDT";

/** What one customer has of one asset, in units. */
export interface Holding {
  free: bigint;
  inOrders: bigint;
  onHold: bigint;
}

/**
 * The exchange as simply as it can be said: a map of holdings, a list of orders, no database, no failures. What the real
 * one holds after every step must be what this one holds.
 */
export class ExchangeModel {
  readonly engine = new NaiveEngine(ETH_USDT);
  readonly #holdings = new Map<string, Holding>();
  readonly #reserves = new Map<string, bigint>();
  fees = 0n;
  /** Units given out by the house, per asset, less what came back. */
  readonly issued: Record<AssetName, bigint> = { ETH: 0n, USDT: 0n };
  readonly trades: TradeEvent[] = [];

  of(customer: string, asset: AssetName): Holding {
    const key = `${customer}/${asset}`;
    let holding = this.#holdings.get(key);
    if (holding === undefined) {
      holding = { free: 0n, inOrders: 0n, onHold: 0n };
      this.#holdings.set(key, holding);
    }
    return holding;
  }

  fund(customer: string, asset: AssetName, units: bigint): void {
    this.of(customer, asset).free += units;
    this.issued[asset] += units;
  }

  /** Gives back to the house; says whether there was enough. */
  pay(customer: string, asset: AssetName, units: bigint): boolean {
    const holding = this.of(customer, asset);
    if (units > holding.free) return false;
    holding.free -= units;
    this.issued[asset] -= units;
    return true;
  }

  hold(customer: string, asset: AssetName, units: bigint): boolean {
    const holding = this.of(customer, asset);
    if (units > holding.free) return false;
    holding.free -= units;
    holding.onHold += units;
    return true;
  }

  /** Pays `posted` of a hold to the house and frees the rest. */
  endHold(customer: string, asset: AssetName, hold: { readonly held: bigint; readonly posted: bigint }): void {
    const holding = this.of(customer, asset);
    holding.onHold -= hold.held;
    holding.free += hold.held - hold.posted;
    this.issued[asset] -= hold.posted;
  }

  /** What the risk check must have said. */
  verdict(command: EngineCommand): RiskVerdict {
    if (command.type !== "place") return "accepted";
    assert(
      this.engine.check(command) === undefined,
      "the journal holds only what passed the engine's own checks (X12)",
    );
    const { free } = this.of(command.customerId, reserveAsset(command.side));
    return this.engine.reserveOf(command) > free ? "INSUFFICIENT_FUNDS" : "accepted";
  }

  execute(command: EngineCommand): EngineEvent[] {
    const verdict = this.verdict(command);
    if (command.type === "place" && verdict === "accepted") {
      this.#setAside(command.orderId, command, this.engine.reserveOf(command));
    }
    if (command.type === "amend") this.#setAsideMore(command);
    const events = this.engine.execute(command, verdict);
    for (const event of events) this.#settle(event);
    return events;
  }

  #setAside(orderId: string, order: { customerId: CustomerId; side: Side }, units: bigint): void {
    const holding = this.of(order.customerId, reserveAsset(order.side));
    holding.free -= units;
    holding.inOrders += units;
    this.#reserves.set(orderId, units);
  }

  /** An amendment is journaled only when there was enough for it. */
  #setAsideMore(command: AmendCommand): void {
    const order = this.engine.open.find(({ orderId }) => orderId === command.orderId);
    assert(order !== undefined, "only a resting order is amended");
    const units = this.engine.reserveOfAmend(order, command);
    const before = this.#reserves.get(command.orderId)!;
    assert(units <= this.of(order.customerId, reserveAsset(order.side)).free, "an amendment passed its risk check");
    this.#setAside(command.orderId, order, units);
    this.#reserves.set(command.orderId, before + units);
  }

  #settle(event: EngineEvent): void {
    if (event.type === "trade") this.#settleTrade(event);
    const release = releaseOf(event);
    if (release === undefined) return;
    const holding = this.of(release.customerId, reserveAsset(release.side));
    holding.inOrders -= release.released;
    holding.free += release.released;
    const left = this.#reserves.get(release.orderId)! - release.released;
    this.#reserves.set(release.orderId, left);
    const reserve = "reserve" in release ? release.reserve : 0n;
    assert(left === reserve, "what stays set aside is what the order needs (X9)");
  }

  #settleTrade(trade: TradeEvent): void {
    this.trades.push(trade);
    const [buyer, seller] = trade.takerSide === "buy" ? [trade.taker, trade.maker] : [trade.maker, trade.taker];
    const base = BigInt(trade.lots) * ETH_USDT.lot;
    const cost = trade.notional + buyer.fee;
    this.of(buyer.customerId, "USDT").inOrders -= cost;
    this.of(buyer.customerId, "ETH").free += base;
    this.of(seller.customerId, "ETH").inOrders -= base;
    this.of(seller.customerId, "USDT").free += trade.notional - seller.fee;
    this.#reserves.set(buyer.orderId, this.#reserves.get(buyer.orderId)! - cost);
    this.#reserves.set(seller.orderId, this.#reserves.get(seller.orderId)! - base);
    this.fees += buyer.fee + seller.fee;
  }

  customers(): readonly [customer: string, asset: AssetName, holding: Holding][] {
    return Array.from(this.#holdings, ([key, holding]) => {
      const [customer, asset] = key.split("/") as [string, AssetName];
      return [customer, asset, holding];
    });
  }
}

function reserveAsset(side: Side): AssetName {
  return side === "buy" ? "USDT" : "ETH";
}
