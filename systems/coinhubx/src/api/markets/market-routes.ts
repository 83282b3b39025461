import type { Clock } from "@assay/platform/clock/clock";
import {
  answer,
  answerStream,
  EVENT_STREAM,
  type Route,
  route,
  type ServerSentEvent,
} from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import type { FlagValues } from "../../feature-flags/flag-values.ts";
import type { Market, MarketState } from "../../markets/markets.ts";
import type { Exchange } from "../../orders/exchange.ts";
import type { Principal } from "../principal.ts";
import {
  bookQuerySchema,
  bookSchema,
  marketParamsSchema,
  marketsSchema,
  publicTradesQuerySchema,
  publicTradesSchema,
  tickerSchema,
} from "../schema/markets.ts";
import { bookView, marketView, tickerView, tradeView } from "./market-view.ts";
import { STREAMS_PER_ADDRESS, StreamSeats } from "./stream-seats.ts";

export interface MarketRoutesOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** The flags as last heard; what the public sees of trading being off. */
  readonly flags: () => FlagValues;
}

const NO_MARKET = () => refuse({ code: "NOT_FOUND", detail: "There is no such market." });
const STREAM_LEVELS = 50;
/** A stream shows at most this many books a second; nobody reads faster. */
const STREAM_INTERVAL_MS = 100;
const STREAM_RETRY_S = 10;

export function marketRoutes(options: MarketRoutesOptions): Route<Principal>[] {
  return [markets(options), book(options), trades(options), ticker(options), stream(options)];
}

function markets({ exchange, flags }: MarketRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/markets",
    summary: "What can be traded, and by which rules",
    access: "open",
    replies: { 200: marketsSchema },
    async handle() {
      const states = await exchange.marketStates();
      const values = flags();
      const shown = (market: Market): MarketState => {
        const state = states.get(market.code) ?? "closed";
        return state !== "closed" && !values.checkTrading(market.code).ok ? "cancel_only" : state;
      };
      return answer(200, {
        success: true as const,
        markets: exchange.markets.map((market) => marketView(market, shown(market))),
      });
    },
  });
}

function book({ exchange }: MarketRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/markets/:market/book",
    summary: "The best levels of a market's book",
    access: "open",
    params: marketParamsSchema,
    query: bookQuerySchema,
    replies: { 200: bookSchema },
    async handle({ params, query }) {
      const market = exchange.findMarket(params.market);
      if (market === undefined) return NO_MARKET();
      return answer(200, bookView(market, exchange.book(market.code, query.limit)));
    },
  });
}

function trades({ exchange }: MarketRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/markets/:market/trades",
    summary: "A market's trades, newest first",
    access: "open",
    params: marketParamsSchema,
    query: publicTradesQuerySchema,
    replies: { 200: publicTradesSchema },
    async handle({ params, query }) {
      const market = exchange.findMarket(params.market);
      if (market === undefined) return NO_MARKET();
      const { limit, cursor: before } = query;
      const found = await exchange.trades(market.code, { before, limit });
      return answer(200, {
        success: true as const,
        market: market.code,
        trades: found.map((trade) => tradeView(market, trade)),
        next_cursor: found.length === limit ? found.at(-1)!.number : null,
      });
    },
  });
}

function ticker({ exchange, clock }: MarketRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/markets/:market/ticker",
    summary: "A market's last 24 hours",
    access: "open",
    params: marketParamsSchema,
    replies: { 200: tickerSchema },
    async handle({ params }) {
      const market = exchange.findMarket(params.market);
      if (market === undefined) return NO_MARKET();
      return answer(200, tickerView(market, await exchange.ticker(market.code), clock.now()));
    },
  });
}

function stream({ exchange, clock }: MarketRoutesOptions): Route<Principal> {
  const seats = new StreamSeats();
  return route({
    method: "GET",
    path: "/api/markets/:market/stream",
    summary: "A market's book and trades as server-sent events",
    access: "open",
    params: marketParamsSchema,
    replies: { 200: EVENT_STREAM },
    async handle({ params, signal, remoteAddress }) {
      const market = exchange.findMarket(params.market);
      if (market === undefined) return NO_MARKET();
      if (seats.isFull(remoteAddress))
        return refuse({
          ...{ code: "RATE_LIMITED", retryAfterS: STREAM_RETRY_S },
          detail: `One address has at most ${STREAMS_PER_ADDRESS} streams at once.`,
        });
      // Asked here, so that a market without an engine answers 503 and not an empty stream.
      exchange.book(market.code, 1);
      return answerStream(seats.hold(remoteAddress, () => marketEvents({ exchange, market, clock, signal })));
    },
  });
}

interface StreamOptions {
  readonly exchange: Exchange;
  readonly market: Market;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Each trade once, and the best of the book whenever it has changed. */
async function* marketEvents({ exchange, market, clock, signal }: StreamOptions): AsyncGenerator<ServerSentEvent> {
  for await (const messages of exchange.subscribe(market.code)) {
    for (const message of messages) {
      if (message.type === "trade") yield { event: "trade", data: tradeView(market, message.trade) };
    }
    if (!exchange.hasBook(market.code)) continue;
    const view = bookView(market, exchange.book(market.code, STREAM_LEVELS));
    yield { event: "book", data: view, id: String(view.seq) };
    await clock.sleep(STREAM_INTERVAL_MS, { signal }).catch(() => undefined);
  }
}
