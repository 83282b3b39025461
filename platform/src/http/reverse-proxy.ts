import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** Passes everything under a prefix on to another service, so that a browser sees one origin. */
export interface ReverseProxy {
  /** `/api/` */
  readonly prefix: `/${string}/`;
  /** `http://127.0.0.1:8001`; the path is passed on unchanged. */
  readonly target: string;
}

const TIMEOUT_MS = 35_000;
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export function serveReverseProxy(app: FastifyInstance, { prefix, target }: ReverseProxy): void {
  const origin = new URL(target);
  assert(origin.protocol === "http:", "a reverse proxy speaks plain HTTP to a service of our own");
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is passed on as it comes, so nothing here reads it.
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.all(`${prefix}*`, (request, reply) => passOn(origin, request, reply));
  });
}

async function passOn(origin: URL, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { exchange } = request;
  exchange.route = "(proxy)";
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(
      origin,
      {
        method: request.method,
        path: request.raw.url ?? "/",
        headers: {
          ...forwardable(request.headers),
          "x-forwarded-for": exchange.remoteAddress,
          "x-request-id": exchange.requestId,
        },
        signal: exchange.signal,
        timeout: TIMEOUT_MS,
      },
      resolve,
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error("the service did not answer in time")));
    outgoing.on("error", (cause) => reject(new Failure("HTTP_UNREACHABLE", { retryable: true, cause })));
    request.raw.pipe(outgoing);
  });
  if (String(answer.headers["content-type"]).startsWith("text/event-stream")) exchange.isStream = true;
  return reply
    .code(answer.statusCode ?? 502)
    .headers(forwardable(answer.headers) as Record<string, string>)
    .send(answer);
}

function forwardable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const dropped = new Set(headers.connection?.split(",").map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !dropped.has(name)));
}
