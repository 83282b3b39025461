import { Readable } from "node:stream";
import type { JsonObject } from "@assay/primitives/json";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { systemClock } from "../clock/clock.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { Exchange } from "./exchange.ts";
import { concludeExchange } from "./exchange-record.ts";
import { createHttpMetrics } from "./http-metrics.ts";
import type { HttpServerOptions } from "./http-server.ts";
import { plainAddress } from "./networks.ts";
import { openApiOf } from "./open-api.ts";
import type { OpenExchanges } from "./open-exchanges.ts";
import { PROBLEM_TYPE, type Problem, problemJson, problemOfError, refusalProblem } from "./problem.ts";
import { requestIds } from "./request-ids.ts";
import { serveReverseProxy } from "./reverse-proxy.ts";
import { answer, type IncomingRequest, type Method, type Route, route } from "./route.ts";
import { type Payload, type RouteHandlerOptions, runRoute } from "./route-handler.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { answerClientError } from "./socket-errors.ts";
import { serveStaticSites } from "./static-sites.ts";

declare module "fastify" {
  interface FastifyRequest {
    exchange: Exchange;
  }
}

const MAX_HEADER_BYTES = 16_384;
const PATIENCE = { headersMs: 10_000, requestMs: 30_000 };
const CHECK_CONNECTIONS_MS = 1_000;
const MAX_PARAM_LENGTH = 512;
const MAX_CONNECTIONS = 10_000;
const OPEN_API_PATH = "/api/openapi.json";

export interface HttpApp {
  readonly app: FastifyInstance;
  readonly openApi: JsonObject;
  /** From now on new requests are turned away. */
  beginClosing(): void;
}

/** Builds the server around its routes without listening. */
export function createHttpApp<P>(options: HttpServerOptions<P>, open: OpenExchanges): HttpApp {
  const routes = [...options.routes];
  const openApi = openApiOf(routes, options);
  // Behind a proxy the description is the other service's own.
  if (!options.proxies?.some(({ prefix }) => OPEN_API_PATH.startsWith(prefix))) routes.push(openApiRoute(openApi));
  const app = createFastify(options);
  const closing = { begun: false };
  trackExchanges(app, options, { open, routes, closing });
  const admission = createAdmission(options);
  for (const declared of routes) addRoute(app, declared, { ...options, admission, open });
  for (const proxy of options.proxies ?? []) serveReverseProxy(app, proxy);
  const sites = serveStaticSites(app, options.staticSites ?? []);
  const methodsOf = methodTable(routes);
  app.setNotFoundHandler(async (request, reply) => {
    if (await sites.sendFallback(request, reply)) return reply;
    const limited = admission.admitUnrouted(request.exchange.remoteAddress);
    return await sendProblem(reply, limited ?? unrouted(methodsOf(request.exchange.path), reply));
  });
  app.setErrorHandler(async (error, request, reply) => {
    request.exchange.error = error;
    return await sendProblem(reply, problemOfHttpError(error));
  });
  return {
    app,
    openApi,
    beginClosing: () => {
      closing.begun = true;
    },
  };
}

function createFastify<P>({ trustedProxies = [], patience = PATIENCE }: HttpServerOptions<P>): FastifyInstance {
  const app = Fastify({
    logger: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    return503OnClosing: false,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestTimeout: patience.requestMs,
    clientErrorHandler: answerClientError,
    // The address could not be decoded, so no hook has run yet: there is no exchange to conclude.
    frameworkErrors: (_error, _request, reply) => {
      const problem = refusalProblem("INVALID_INPUT", "The address cannot be read.");
      const place = { instance: "", requestId: "" };
      (reply as FastifyReply)
        .code(problem.status)
        .headers(SECURITY_HEADERS)
        .type(PROBLEM_TYPE)
        .send(problemJson(problem, place));
    },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: patience.headersMs,
      connectionsCheckingInterval: Math.min(CHECK_CONNECTIONS_MS, patience.headersMs),
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json/, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  return app;
}

interface Tracking<P> {
  readonly open: OpenExchanges;
  readonly routes: readonly Route<P>[];
  readonly closing: { readonly begun: boolean };
}

/** Gives each request its exchange and the headers that every answer carries, and concludes it when its answer is out. */
function trackExchanges<P>(
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

function addRoute<P>(
  app: FastifyInstance,
  declared: Route<P>,
  options: RouteHandlerOptions & { readonly admission: Admission<P> },
): void {
  app.route({
    method: declared.method,
    url: declared.path,
    bodyLimit: declared.bodyLimitBytes,
    onRequest: async (request, reply) => {
      const { exchange } = request;
      exchange.route = declared.path;
      exchange.isSlow = declared.isSlow;
      const problem = await options.admission.admit(exchange, declared, incomingOf(request, declared));
      if (problem !== undefined) return await sendProblem(reply, problem);
    },
    handler: async (_request, reply) => {
      const outgoing = await runRoute(declared, reply, options);
      return "problem" in outgoing ? await sendProblem(reply, outgoing.problem) : sendPayload(reply, outgoing);
    },
  });
}

function incomingOf<P>(request: FastifyRequest, declared: Route<P>): IncomingRequest {
  const { exchange, method, headers } = request;
  return {
    method,
    headers,
    path: exchange.path,
    route: declared.path,
    params: request.params as Readonly<Record<string, string>>,
    remoteAddress: exchange.remoteAddress,
    requestId: exchange.requestId,
  };
}

function sendPayload(reply: FastifyReply, { status, contentType, headers, payload }: Payload): FastifyReply {
  reply.code(status).type(contentType).headers(headers);
  if (typeof payload === "string" || payload instanceof Uint8Array) return reply.send(payload);
  return reply.send(Readable.from(payload, { objectMode: false }));
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { exchange } = reply.request;
  exchange.problem = problem;
  if (problem.retryAfterS !== undefined) reply.header("Retry-After", problem.retryAfterS);
  if (problem.status === 401) reply.header("WWW-Authenticate", "Bearer");
  const place = { instance: exchange.path, requestId: exchange.requestId };
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problemJson(problem, place));
}

const shuttingDown: Problem = {
  status: 503,
  code: "SHUTTING_DOWN",
  detail: "This process is stopping. Try again.",
  retryAfterS: 1,
  isFailure: false,
};

function unrouted(methods: readonly Method[], reply: FastifyReply): Problem {
  if (methods.length === 0) return refusalProblem("NOT_FOUND", "Nothing is here.");
  reply.header("Allow", methods.join(", "));
  return refusalProblem("METHOD_NOT_ALLOWED", `This takes ${methods.join(", ")}.`);
}

/** Which methods the routes have for a path; asked only when none answered. */
function methodTable(routes: readonly Route<never>[]): (path: string) => readonly Method[] {
  const table = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(
      `^${path
        .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
        .replace(/:\w+/g, "[^/]+")
        .replace("*", ".*")}$`,
    ),
  }));
  return (path) => table.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
}

function problemOfHttpError(error: unknown): Problem {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  if (status === 413) return refusalProblem("BODY_TOO_LARGE", "The body is larger than this takes.");
  if (status === 415) return refusalProblem("UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.");
  if (typeof status === "number" && status >= 400 && status < 500)
    return refusalProblem("INVALID_INPUT", "The request cannot be read.");
  return problemOfError(error);
}

function openApiRoute(openApi: JsonObject): Route<unknown> {
  return route({
    method: "GET",
    path: OPEN_API_PATH,
    summary: "Describes this API (OpenAPI 3.1).",
    access: "open",
    replies: { 200: z.looseObject({}) },
    handle: async () => answer(200, openApi),
  });
}
