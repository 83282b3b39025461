import type { Counter } from "@assay/platform/metrics/metrics";
import type { Instant } from "@assay/primitives/instant";
import type { MarketCode } from "../markets/markets.ts";
import type { MatchingEngine } from "../matching/matching-engine.ts";
import { Depth } from "./depth.ts";
import type { ExecutedCommand } from "./engine-journal.ts";
import { MarketFeed } from "./market-feed.ts";
import type { LeaderObserver } from "./market-leader.ts";

export interface MarketCounters {
  readonly commands: Counter<"market" | "type">;
  readonly trades: Counter<"market">;
  readonly tradeFailures: Counter;
}

/** What the public and the metrics see of one market: its committed book, its feed and its counts. */
export class MarketView implements LeaderObserver {
  readonly feed = new MarketFeed();
  readonly #market: MarketCode;
  readonly #counters: MarketCounters;
  #depth: Depth | undefined;
  #hasMismatch = false;

  constructor(market: MarketCode, counters: MarketCounters) {
    this.#market = market;
    this.#counters = counters;
  }

  /** `undefined` until this process has run the engine. */
  get depth(): Depth | undefined {
    return this.#depth;
  }

  get hasMismatch(): boolean {
    return this.#hasMismatch;
  }

  onRecovered(engine: MatchingEngine): void {
    this.#depth = new Depth(engine);
    this.feed.publish({ type: "snapshot", levels: this.#depth.top(Number.MAX_SAFE_INTEGER) });
  }

  onDropped(): void {
    this.#depth = undefined;
  }

  onCommitted(executed: readonly ExecutedCommand[], at: Instant): void {
    for (const { command, events } of executed) {
      this.#counters.commands.increment({ market: this.#market, type: command.type });
      for (const event of events) {
        if (event.type !== "trade") continue;
        this.#counters.trades.increment({ market: this.#market });
        const { number, priceTicks, lots, takerSide } = event;
        this.feed.publish({ type: "trade", trade: { number, priceTicks, lots, takerSide, at } });
      }
      const levels = this.#depth?.apply(events);
      if (levels !== undefined) this.feed.publish({ type: "book", levels });
    }
  }

  onMismatch(isMismatch: boolean): void {
    this.#hasMismatch = isMismatch;
  }

  onTradeFailure(): void {
    this.#counters.tradeFailures.increment();
  }

  close(): void {
    this.feed.close();
  }
}
