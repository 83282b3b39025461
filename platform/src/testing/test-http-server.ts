import { systemClock } from "../clock/clock.ts";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "../http/http-server.ts";
import type { Route } from "../http/route.ts";
import { type CapturedLine, captureLogger } from "../logging/capture-logger.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { systemRandom } from "../random/random.ts";

export interface TestHttpServer extends HttpServer {
  readonly metrics: Metrics;
  readonly lines: readonly CapturedLine[];
}

/** A server on a free port of loopback with its own metrics and a log that the test can look at. */
export async function startTestHttpServer<P>(
  routes: readonly Route<P>[],
  more: Partial<HttpServerOptions<P>> = {},
): Promise<TestHttpServer> {
  const metrics = createMetrics({ service: "test" });
  const { logger, lines } = captureLogger();
  const edges = { logger, metrics, clock: systemClock, random: systemRandom };
  const server = await startHttpServer<P>({ service: "test", version: "1.2.3", port: 0, ...edges, routes, ...more });
  return { ...server, metrics, lines, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
