import type { FastifyInstance } from "fastify";
import { systemClock } from "../clock/clock.ts";
import { Exchange } from "./exchange.ts";
import { concludeExchange } from "./exchange-record.ts";
import { createHttpMetrics } from "./http-metrics.ts";
import type { HttpServerOptions } from "./http-server.ts";
import { plainAddress } from "./networks.ts";
import type { OpenExchanges } from "./open-exchanges.ts";
import type { Problem } from "./problem.ts";
import { requestIds } from "./request-ids.ts";
import type { Route } from "./route.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { sendProblem } from "./send-answer.ts";

declare module "fastify" {
  interface FastifyRequest {
    exchange: Exchange;
  }
}

const shuttingDown: Problem = {
  status: 503,
  code: "SHUTTING_DOWN",
  detail: "This process is stopping. Try again.",
  retryAfterS: 1,
  isFailure: false,
};

interface Tracking<P> {
  readonly open: OpenExchanges;
  readonly routes: readonly Route<P>[];
  readonly closing: { readonly begun: boolean };
}

/** Gives each request its exchange and the headers that every answer carries, and concludes it when its answer is out. */
export function trackExchanges<P>(
  app: FastifyInstance,
  options: HttpServerOptions<P>,
  { open, routes, closing }: Tracking<P>,
): void {
  const record = { ...options, httpMetrics: createHttpMetrics(options.metrics, options.clock, routes) };
  const nextRequestId = requestIds(options.random);
  app.decorateRequest("exchange");
  app.addHook("onRequest", (request, reply, done) => {
    const exchange = new Exchange(request.raw, reply.raw, { startedMs: systemClock.monotonicMs(), nextRequestId });
    request.exchange = exchange;
    exchange.remoteAddress = plainAddress(request.ip);
    open.add(exchange);
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) exchange.abort("client-gone");
      open.delete(exchange);
      concludeExchange(exchange, record);
    });
    reply.headers(SECURITY_HEADERS).header("Cache-Control", "no-store").header("X-Request-ID", exchange.requestId);
    if (closing.begun) sendProblem(reply.header("Connection", "close"), shuttingDown);
    else done();
  });
  app.addHook("onSend", async (request, reply) => {
    reply.header("X-Response-Time", `${elapsedMs(request.exchange).toFixed(1)}ms`);
  });
}

function elapsedMs(exchange: Exchange): number {
  return systemClock.monotonicMs() - exchange.startedMs;
}
