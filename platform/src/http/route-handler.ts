import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { Refused } from "@assay/primitives/result";
import type { FastifyReply } from "fastify";
import { systemClock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { Random } from "../random/random.ts";
import { eventStreamText } from "./event-stream.ts";
import { type Exchange, RequestAborted } from "./exchange.ts";
import type { OpenExchanges } from "./open-exchanges.ts";
import { outcomeUnknown, type Problem, problemOfError, problemOfRefusal, timedOut } from "./problem.ts";
import type { Answer, Call, JsonAnswer, RefusalOfRoute, Route, StreamAnswer, TextAnswer } from "./route.ts";
import { readInput } from "./route-input.ts";
import { nextTraceparent } from "./traceparent.ts";

/** What goes out: a problem, or the bytes of an answer. */
export type Outgoing = { readonly problem: Problem } | Payload;
export interface Payload {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Uint8Array | AsyncGenerator<string>;
}

export interface RouteHandlerOptions {
  readonly open: OpenExchanges;
  readonly random: Random;
  readonly logger: Logger;
}

const MAX_STREAMS = 1_000;
/** A reader that takes nothing for this long is gone, whatever its connection says. */
const STALLED_MS = 60_000;
const JSON_TYPE = "application/json; charset=utf-8";

/** Runs one admitted request through its route: reads the input, calls the handler in time, and prepares its answer. */
export async function runRoute<P>(
  route: Route<P>,
  reply: FastifyReply,
  options: RouteHandlerOptions,
): Promise<Outgoing> {
  const { request } = reply;
  const { exchange } = request;
  const rawBody = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  const input = readInput(route, { params: request.params, query: request.query, rawBody });
  if (!input.ok) return { problem: problemOfRefusal(input.refusal, {})! };
  const call: Call<unknown, unknown, unknown, unknown> = {
    ...input.value,
    rawBody,
    principal: exchange.principal,
    method: request.method,
    path: exchange.path,
    route: route.path,
    headers: request.headers,
    remoteAddress: exchange.remoteAddress,
    requestId: exchange.requestId,
    signal: exchange.signal,
    get traceparent() {
      return nextTraceparent(request.headers.traceparent as string | undefined, options.random);
    },
    setHeader: (name, value) => void reply.header(name, value),
  };
  exchange.deadlineMs = systemClock.monotonicMs() + route.timeoutMs;
  try {
    const outcome = await inTime(route.handle(call), exchange, options.logger);
    exchange.deadlineMs = Number.POSITIVE_INFINITY;
    return "refusal" in outcome ? refused(outcome, route) : prepare(outcome, route, { exchange, open: options.open });
  } catch (error) {
    return { problem: problemOfThrown(error, exchange, request.method) };
  }
}

async function inTime<T>(work: Promise<T>, exchange: Exchange, logger: Logger): Promise<T> {
  // The winner of the race answers; an error that comes after it would otherwise be lost.
  const { signal } = exchange;
  work.catch((error: unknown) => {
    if (signal.aborted && error !== signal.reason)
      logger.warn({ request_id: exchange.requestId, error }, "A handler failed after its request was aborted");
  });
  return await Promise.race([work, exchange.whenAborted()]);
}

function refused<P>({ refusal }: Refused<RefusalOfRoute<string>>, route: Route<P>): Outgoing {
  const problem = problemOfRefusal(refusal, route.refusals);
  assert(problem !== undefined, `${route.method} ${route.path} declares its refusal ${refusal.code}`);
  return { problem };
}

function prepare<P>(answer: Answer, route: Route<P>, place: StreamPlace): Payload {
  switch (answer.kind) {
    case "json":
      return prepareJson(answer, route);
    case "text":
      return prepareText(answer);
    case "stream":
      return prepareStream(answer, place);
  }
}

function prepareJson<P>(answer: JsonAnswer, route: Route<P>): Payload {
  const { status, body, headers } = answer;
  const schema = route.replies[status];
  assert(
    schema !== undefined && "safeParse" in schema,
    `${route.method} ${route.path} declares a JSON reply ${status}`,
  );
  const parsed = schema.safeParse(body);
  // Only what the schema names goes out; an answer that does not fit is our bug, not the client's.
  assert(parsed.success, `${route.method} ${route.path} answers ${status} as declared: ${parsed.error?.message}`);
  return { status, contentType: JSON_TYPE, headers, payload: JSON.stringify(parsed.data) ?? "null" };
}

function prepareText({ status, contentType, headers, text }: TextAnswer): Payload {
  return { status, contentType, headers, payload: text };
}

interface StreamPlace {
  readonly exchange: Exchange;
  readonly open: OpenExchanges;
}

function prepareStream({ events }: StreamAnswer, { exchange, open }: StreamPlace): Payload {
  if (open.streams >= MAX_STREAMS) throw new Failure("OVERLOADED", { retryable: true });
  exchange.isStream = true;
  exchange.response.socket?.setTimeout(STALLED_MS, () => exchange.response.destroy());
  const payload = eventStreamText(events, { clock: systemClock, signal: exchange.signal });
  const headers = { "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" };
  return { status: 200, contentType: "text/event-stream; charset=utf-8", headers, payload };
}

function problemOfThrown(error: unknown, exchange: Exchange, method: string): Problem {
  exchange.error = error;
  if (!(error instanceof RequestAborted)) return problemOfError(error);
  // A late read changed nothing; a late write may have.
  return method === "GET" || method === "HEAD" ? timedOut() : outcomeUnknown();
}
