import { systemClock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { Exchange } from "./exchange.ts";
import { type HttpMetrics, NO_ROUTE } from "./http-metrics.ts";
import type { ErrorPlace } from "./http-server.ts";
import { traceIdOf } from "./traceparent.ts";

const SLOW_MS = 1_000;
/** What the log and the metrics call a client that left before its answer. */
const CLIENT_GONE = 499;

export interface RecordOptions {
  readonly logger: Logger;
  readonly httpMetrics: HttpMetrics;
  readonly slowMs?: number;
  readonly onError?: (error: unknown, place: ErrorPlace) => void;
}

/** Counts and logs an exchange whose answer is out, once. */
export function concludeExchange(exchange: Exchange, options: RecordOptions): void {
  const durationMs = systemClock.monotonicMs() - exchange.startedMs;
  const isGone = !exchange.response.writableFinished && !exchange.isStream;
  const status = isGone ? CLIENT_GONE : exchange.response.statusCode;
  count(exchange, { status, durationMs }, options.httpMetrics);
  log(exchange, { status, durationMs }, options);
  if (exchange.problem?.isFailure === true && !isGone) report(exchange, options);
}

interface Outcome {
  readonly status: number;
  readonly durationMs: number;
}

function count(exchange: Exchange, { status, durationMs }: Outcome, metrics: HttpMetrics): void {
  const { problem, isSlow, isStream } = exchange;
  metrics.answered({
    method: methodLabel(exchange.request.method),
    route: exchange.route ?? NO_ROUTE,
    status,
    durationMs: isSlow || isStream ? undefined : durationMs,
  });
  if (problem === undefined || status === CLIENT_GONE) return;
  if (problem.isFailure) metrics.failed();
  else metrics.refused(problem.code);
}

// A method is the client's word until a route has taken it.
function methodLabel(method: string | undefined): string {
  return /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method ?? "") ? method! : "(other)";
}

function log(exchange: Exchange, { status, durationMs }: Outcome, { logger, slowMs = SLOW_MS }: RecordOptions): void {
  const { problem, request, path, isSlow, isStream } = exchange;
  const fields = {
    request_id: exchange.requestId,
    trace_id: traceIdOf(request.headers.traceparent as string | undefined),
    user_id: exchange.userId,
    method: request.method,
    route: exchange.route,
    status,
    duration_ms: Math.round(durationMs),
    code: problem?.code,
  };
  const line = `${request.method} ${path}`;
  if (problem?.isFailure === true && status !== CLIENT_GONE)
    logger.error({ ...fields, error: exchange.error }, `${line} failed`);
  else logger.debug(fields, line);
  if (durationMs > slowMs && !isSlow && !isStream)
    logger.warn(fields, `Slow request: ${line} - ${Math.round(durationMs)}ms`);
}

function report(exchange: Exchange, { onError, logger }: RecordOptions): void {
  const { problem, requestId, userId, route, path, request, error } = exchange;
  const { status, code } = problem!;
  const method = request.method ?? "";
  try {
    onError?.(error, { requestId, userId, method, endpoint: route ?? path, status, code });
  } catch (thrown) {
    logger.error({ request_id: requestId, error: thrown }, "The error store failed");
  }
}
