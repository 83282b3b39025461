import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";
import type { Clock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Random } from "../random/random.ts";
import type { Authenticate, RateLimits } from "./admission.ts";
import { createHttpApp } from "./http-app.ts";
import { OpenExchanges } from "./open-exchanges.ts";
import type { ReverseProxy } from "./reverse-proxy.ts";
import type { Route } from "./route.ts";
import type { StaticSite } from "./static-sites.ts";

/** Where an error happened, for the error store. */
export interface ErrorPlace {
  readonly requestId: string;
  readonly method: string;
  /** The path of the route, or as it was asked for. */
  readonly endpoint: string;
  readonly status: number;
  readonly code: string;
  readonly userId: string | undefined;
}

export interface HttpServerOptions<P> {
  readonly service: string;
  readonly version: string;
  /** Default `127.0.0.1`: nothing listens to other machines unless it is told to. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly routes: readonly Route<P>[];
  /** Not called for open routes. @throws Failure when it cannot tell: the answer is 503, never a guess. */
  readonly authenticate?: Authenticate<P>;
  /** A stable name of the caller: `user_id` in the log, and the key of its rate limit. */
  readonly identityOf?: (principal: P) => string;
  readonly rateLimits?: RateLimits;
  /** Callers whom no rate holds, such as services of our own; default nobody. */
  readonly isUnlimited?: (principal: P) => boolean;
  readonly staticSites?: readonly StaticSite[];
  readonly proxies?: readonly ReverseProxy[];
  /** Networks whose `X-Forwarded-For` is believed; default none. */
  readonly trustedProxies?: readonly string[];
  /** Called for each failure and bug, after the answer is decided; must not throw. */
  readonly onError?: (error: unknown, place: ErrorPlace) => void;
  /** Beyond this a request is named in the log: `Slow request: METHOD /path - 1234ms`; default 1 s. */
  readonly slowMs?: number;
  /** How long a client may take over its headers (default 10 s) and its whole request (default 30 s). */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number };
  /** How long open requests may take to finish at close; default 10 s. */
  readonly drainMs?: number;
}

/** Disposing it stops listening, ends streams, lets open requests finish, then closes every connection. */
export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:8001` */
  readonly url: string;
  readonly port: number;
  /** The OpenAPI 3.1 description, also served at `/api/openapi.json`. */
  openApi(): JsonObject;
}

const DRAIN_MS = 10_000;

/**
 * Serves the routes. Every answer carries security headers, `X-Request-ID` and `X-Response-Time`; every error is
 * problem+json. Refusals become 4xx (or what the route declares), retryable failures 503 with `Retry-After`, the rest 500.
 * @throws Failure `PORT_IN_USE` or `PORT_NOT_ALLOWED` with `{ host, port }`.
 */
export async function startHttpServer<P>(options: HttpServerOptions<P>): Promise<HttpServer> {
  const { host = "127.0.0.1", port, drainMs = DRAIN_MS } = options;
  await using cleanup = new AsyncDisposableStack();
  const open = cleanup.use(new OpenExchanges());
  const { app, openApi, beginClosing } = createHttpApp(options, open);
  cleanup.defer(() => app.close());
  await app.listen({ host, port }).catch((cause: unknown) => {
    throw cannotListen(cause, host, port);
  });
  const address = app.server.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  const running = cleanup.move();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    beginClosing();
    const closing = app.close();
    await open.drain(drainMs);
    app.server.closeAllConnections();
    await closing;
    await running.disposeAsync();
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    openApi: () => openApi,
    [Symbol.asyncDispose]: () => {
      closed ??= close();
      return closed;
    },
  };
}

function cannotListen(cause: unknown, host: string, port: number): unknown {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const details = { host, port };
  if (code === "EADDRINUSE") return new Failure("PORT_IN_USE", { retryable: false, cause, details });
  if (code === "EACCES" || code === "EADDRNOTAVAIL")
    return new Failure("PORT_NOT_ALLOWED", { retryable: false, cause, details });
  return cause;
}
