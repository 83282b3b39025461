import type { JsonObject } from "@assay/primitives/json";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { type Admission, createAdmission } from "./admission.ts";
import type { HttpServerOptions } from "./http-server.ts";
import { openApiOf } from "./open-api.ts";
import type { OpenExchanges } from "./open-exchanges.ts";
import { PROBLEM_TYPE, type Problem, problemJson, problemOfError, refusalProblem } from "./problem.ts";
import { serveReverseProxy } from "./reverse-proxy.ts";
import { answer, type IncomingRequest, type Route, route } from "./route.ts";
import { type RouteHandlerOptions, runRoute } from "./route-handler.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { sendPayload, sendProblem } from "./send-answer.ts";
import { answerClientError } from "./socket-errors.ts";
import { serveStaticSites } from "./static-sites.ts";
import { trackExchanges } from "./track-exchanges.ts";
import { methodTable, unroutedProblem } from "./unrouted.ts";

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
    const methods = methodsOf(request.exchange.path);
    if (methods.length > 0) reply.header("Allow", methods.join(", "));
    return await sendProblem(reply, limited ?? unroutedProblem(methods));
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
