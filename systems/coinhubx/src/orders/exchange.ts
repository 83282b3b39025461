import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import { DURATION_BUCKETS_MS, type Metrics } from "@assay/platform/metrics/metrics";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import { readFlagsForShare } from "../feature-flags/flag-store.ts";
import { openLedgerBatch } from "../ledger/ledger-batch.ts";
import { LedgerCache } from "../ledger/ledger-cache.ts";
import { ETH_USDT, type Market, type MarketCode, type MarketState } from "../markets/markets.ts";
import type { OrderId } from "../matching/order.ts";
import type { LevelChanges } from "./depth.ts";
import type { BatchPorts } from "./engine-batch.ts";
import type { FeedMessage, PublicTrade } from "./market-feed.ts";
import { MarketLeader } from "./market-leader.ts";
import { type DayTrading, readDayTrading, readTrades } from "./market-reads.ts";
import { readMarketStates } from "./market-state.ts";
import { type MarketCounters, MarketView } from "./market-view.ts";
import {
  type AmendRefusal,
  type CancelRefusal,
  type Fill,
  isOpen,
  type NewOrder,
  type Order,
  type OrderChange,
  type PlacedOrder,
  type PlaceRefusal,
} from "./order.ts";
import { type FillQuery, type OrderQuery, readFills, readOrder, readOrders } from "./order-reads.ts";

export interface ExchangeOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Markets whose engines this process may run; default those of this stage. */
  readonly markets?: readonly Market[];
  /** Accounts known to this process; share the ledger's own where there is one. */
  readonly ledgerCache?: LedgerCache;
  /** Replaced by tests that make them fail. */
  readonly ports?: Partial<BatchPorts>;
}

const RETRY_SOON: { readonly retryable: true } = { retryable: true };
const TICKER_AGE_MS = 1_000;

export interface Ticker extends DayTrading {
  readonly bestBidTicks: number | undefined;
  readonly bestAskTicks: number | undefined;
}

/** Whether this process runs a market's engine, for readiness. */
export interface Leadership {
  readonly market: MarketCode;
  readonly isLeading: boolean;
}

/** Orders, trades and market data. Everything it answers has been committed. */
export class Exchange implements AsyncDisposable {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #views: ReadonlyMap<MarketCode, MarketView>;
  readonly #leaders: ReadonlyMap<MarketCode, MarketLeader>;
  readonly #tickers = new Map<MarketCode, { readonly at: number; readonly day: Promise<DayTrading> }>();
  readonly #ackMs;
  readonly markets: readonly Market[];

  constructor(options: ExchangeOptions) {
    const { database, clock, random, metrics, logger } = options;
    const owner = newId("eng", clock.now(), random);
    const cache = options.ledgerCache ?? new LedgerCache();
    const ports: BatchPorts = {
      readFlagsForShare,
      openLedgerBatch: (transaction, batch) => openLedgerBatch(transaction, { cache, ...batch }),
      ...options.ports,
    };
    this.#database = database;
    this.#clock = clock;
    this.#random = random;
    this.markets = options.markets ?? [ETH_USDT];
    const counters = engineCounters(metrics, this.markets);
    this.#views = new Map(this.markets.map((market) => [market.code, new MarketView(market.code, counters)]));
    this.#leaders = new Map(
      this.markets.map((market) => {
        const observer = this.#view(market.code);
        return [market.code, new MarketLeader({ market, owner, database, clock, logger, ports, observer })];
      }),
    );
    this.#ackMs = metrics.histogram({
      name: "engine_ack_ms",
      help: "Time from an order command's arrival to its answer, which follows its commit.",
      buckets: DURATION_BUCKETS_MS,
    });
    this.#addGauges(metrics);
  }

  /** Returns when this process runs the engines that are free; it goes on trying for the others. */
  async start(): Promise<void> {
    await Promise.all([...this.#leaders.values()].map((leader) => leader.start()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const view of this.#views.values()) view.close();
    await Promise.all([...this.#leaders.values()].map((leader) => leader[Symbol.asyncDispose]()));
  }

  /** For a drill: no engine of this process renews its lease until it is told to again. */
  setLeasesStuck(isStuck: boolean): void {
    for (const leader of this.#leaders.values()) leader.setStuck(isStuck);
  }

  leadership(): Leadership[] {
    return [...this.#leaders].map(([market, leader]) => ({ market, isLeading: leader.isLeading }));
  }

  findMarket(code: string): Market | undefined {
    return this.markets.find((market) => market.code === code);
  }

  marketStates(): Promise<Map<MarketCode, MarketState>> {
    return readMarketStates(this.#database);
  }

  /**
   * Places an order; price, lot and notional were checked when it was parsed.
   * @throws Failure `ENGINE_RESTARTING`, `OVERLOADED`, `DATABASE_UNAVAILABLE` (retryable) or `OUTCOME_UNKNOWN`.
   */
  async submit(customerId: CustomerId, order: NewOrder): Promise<Result<PlacedOrder, PlaceRefusal>> {
    const orderId = newId<OrderId>("ord", this.#clock.now(), this.#random);
    const answer = await this.#timed(() =>
      this.#leader(order.market).submit({ kind: "place", customerId, orderId, order }),
    );
    assert(answer.kind === "place", "a place request gets its own answer");
    return answer.result;
  }

  /** The order as it ends. Another customer's order is not found. Throws as {@link submit}. */
  async cancel(customerId: CustomerId, orderId: OrderId): Promise<Result<Order, CancelRefusal>> {
    const order = await readOrder(this.#database, customerId, orderId);
    if (order === undefined) return refuse({ code: "NOT_FOUND" });
    if (!isOpen(order.status)) return refuse({ code: "ORDER_DONE" });
    const request = { kind: "cancel", customerId, orderId } as const;
    const answer = await this.#timed(() => this.#leader(order.market).submit(request));
    assert(answer.kind === "cancel", "a cancel request gets its own answer");
    // It was open a moment ago, so it was filled or canceled in between.
    if (!answer.result.ok) return refuse({ code: "ORDER_DONE" });
    const canceled = await readOrder(this.#database, customerId, orderId);
    assert(canceled !== undefined, "an order is never deleted");
    return accept(canceled);
  }

  /**
   * Changes a resting order: less of it keeps its place, anything else goes to the end of the queue and may trade at once. A
   * change that was made already is made again without effect. Throws as {@link submit}.
   */
  async amend(customerId: CustomerId, orderId: OrderId, change: OrderChange): Promise<Result<Order, AmendRefusal>> {
    const order = await readOrder(this.#database, customerId, orderId);
    if (order === undefined) return refuse({ code: "NOT_FOUND" });
    if (!isOpen(order.status)) return refuse({ code: "ORDER_DONE" });
    const request = { kind: "amend", customerId, orderId, change } as const;
    const answer = await this.#timed(() => this.#leader(order.market).submit(request));
    assert(answer.kind === "amend", "an amend request gets its own answer");
    if (!answer.result.ok) return answer.result;
    const amended = await readOrder(this.#database, customerId, orderId);
    assert(amended !== undefined, "an order is never deleted");
    return accept(amended);
  }

  /** Cancels all of a customer's open orders, in one market or everywhere, and returns their ids. */
  async cancelAll(customerId: CustomerId, market?: MarketCode): Promise<OrderId[]> {
    const markets = market === undefined ? [...this.#leaders.keys()] : [market];
    const canceled: OrderId[] = [];
    for (const code of markets) {
      const request = { kind: "cancel", customerId, orderId: "all" } as const;
      const answer = await this.#timed(() => this.#leader(code).submit(request));
      assert(answer.kind === "cancel" && answer.result.ok, "canceling all is never refused");
      canceled.push(...answer.result.value);
    }
    return canceled;
  }

  order(customerId: CustomerId, orderId: OrderId): Promise<Order | undefined> {
    return readOrder(this.#database, customerId, orderId);
  }

  orders(query: OrderQuery): Promise<Order[]> {
    return readOrders(this.#database, query);
  }

  fills(query: FillQuery): Promise<Fill[]> {
    return readFills(this.#database, query);
  }

  /** Whether {@link book} would answer. */
  hasBook(market: MarketCode): boolean {
    return this.#view(market).depth !== undefined;
  }

  /** @throws Failure `ENGINE_RESTARTING` (retryable) while this process has no engine for the market. */
  book(market: MarketCode, limit: number): LevelChanges {
    return this.#depth(market).top(limit);
  }

  trades(
    market: MarketCode,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<PublicTrade[]> {
    return readTrades(this.#database, market, page);
  }

  /** At most a second old. */
  async ticker(market: MarketCode): Promise<Ticker> {
    const now = this.#clock.monotonicMs();
    const known = this.#tickers.get(market);
    const isFresh = known !== undefined && now - known.at < TICKER_AGE_MS;
    const day = isFresh ? known.day : readDayTrading(this.#database, market, this.#clock.now());
    if (!isFresh) this.#tickers.set(market, { at: now, day });
    const { bids, asks } = this.book(market, 1);
    return { ...(await day), bestBidTicks: bids[0]?.[0], bestAskTicks: asks[0]?.[0] };
  }

  /** A snapshot of the book, then every change and trade. Throws as {@link book}; `OVERLOADED` when too many listen. */
  subscribe(market: MarketCode): AsyncGenerator<readonly FeedMessage[], void, undefined> {
    const levels = this.#depth(market).top(Number.MAX_SAFE_INTEGER);
    const { feed } = this.#view(market);
    if (feed.isFull) throw new Failure("OVERLOADED", RETRY_SOON);
    return feed.subscribe({ type: "snapshot", levels });
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const start = this.#clock.monotonicMs();
    const answer = await work();
    this.#ackMs.observe(this.#clock.monotonicMs() - start);
    return answer;
  }

  #depth(market: MarketCode) {
    const { depth } = this.#view(market);
    if (depth === undefined) throw new Failure("ENGINE_RESTARTING", RETRY_SOON);
    return depth;
  }

  #view(market: MarketCode): MarketView {
    const view = this.#views.get(market);
    assert(view !== undefined, `${market} is one of this exchange's markets`);
    return view;
  }

  #leader(market: MarketCode): MarketLeader {
    const leader = this.#leaders.get(market);
    assert(leader !== undefined, `${market} is one of this exchange's markets`);
    return leader;
  }

  #addGauges(metrics: Metrics): void {
    const leaders = [...this.#leaders];
    metrics.gauge({
      name: "engine_leader",
      help: "1 while this process holds the market's lease and runs its engine.",
      labels: ["market"],
      read: () => leaders.map(([market, leader]) => ({ labels: { market }, value: leader.isLeading ? 1 : 0 })),
    });
    metrics.gauge({
      name: "engine_queue_length",
      help: "Order commands waiting for their commit to begin.",
      read: () => leaders.reduce((sum, [, leader]) => sum + leader.queueLength, 0),
    });
    metrics.gauge({
      name: "engine_replay_mismatch",
      help: "Markets whose journal and stored hashes disagreed when their engine was rebuilt.",
      read: () => [...this.#views.values()].filter((view) => view.hasMismatch).length,
    });
  }
}

function engineCounters(metrics: Metrics, markets: readonly Market[]): MarketCounters {
  const market = markets.map(({ code }) => code);
  return {
    commands: metrics.counter({
      name: "engine_commands_total",
      help: "Commands in the engine's journal.",
      labels: ["market", "type"],
      labelValues: { market, type: ["place", "cancel", "amend", "trigger"] },
    }),
    trades: metrics.counter({
      name: "trades_total",
      help: "Trades committed.",
      labels: ["market"],
      labelValues: { market },
    }),
    tradeFailures: metrics.counter({
      name: "trade_failures_total",
      help: "Engine batches that broke an invariant and were rolled back.",
    }),
  };
}

export function createExchange(options: ExchangeOptions): Exchange {
  return new Exchange(options);
}
