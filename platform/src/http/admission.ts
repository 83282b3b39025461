import type { Result } from "@assay/primitives/result";
import type { Clock } from "../clock/clock.ts";
import type { Exchange } from "./exchange.ts";
import { toNetworks, visitorKey } from "./networks.ts";
import { type Problem, problemOfRefusal, refusalProblem } from "./problem.ts";
import type { IncomingRequest, RefusalOfRoute, Route } from "./route.ts";
import { createTokenBuckets, type Rate } from "./token-bucket.ts";

export interface RateLimits {
  /** By the `rateClass` of routes; `default` must be among them. Counted per identity. */
  readonly perIdentity: Readonly<Record<string, Rate>>;
  /** For calls without an identity, per address (per /64 of IPv6), failed authentication included. */
  readonly perAddress: Rate;
  /** Networks whose addresses are not limited, such as the operators' own. */
  readonly exemptNetworks?: readonly string[];
}

/** `undefined`: the request carries no credentials. */
export type Authenticate<P> = (request: IncomingRequest) => Promise<Result<P | undefined, UnauthenticatedRefusal>>;
export interface UnauthenticatedRefusal {
  readonly code: "UNAUTHENTICATED";
  readonly detail?: string;
}

export interface AdmissionOptions<P> {
  readonly authenticate?: Authenticate<P> | undefined;
  /** A stable name of the caller: the key of its rate limit and `user_id` in the log. */
  readonly identityOf?: ((principal: P) => string) | undefined;
  readonly rateLimits?: RateLimits | undefined;
  readonly isUnlimited?: ((principal: P) => boolean) | undefined;
  readonly clock: Clock;
}

/** Decides before anything of the body is read: cross-site writes, rate limits, who calls and whether they may. */
export interface Admission<P> {
  /** The problem that stops the request; `undefined` lets it in. Sets the exchange's principal and user id. */
  admit(exchange: Exchange, route: Route<P>, request: IncomingRequest): Promise<Problem | undefined>;
  /** Counts a request that no route answers; the problem when its address has asked too often. */
  admitUnrouted(address: string): Problem | undefined;
}

export function createAdmission<P>(options: AdmissionOptions<P>): Admission<P> {
  const { authenticate, identityOf, isUnlimited = () => false } = options;
  const limiter = createLimiter(options.rateLimits, options.clock);

  return {
    async admit(exchange, route, request) {
      if (isCrossSiteWrite(request)) return refusalProblem("CROSS_SITE_REQUEST", "Another site may not send this.");
      const { access } = route;
      if (access === "open") return limiter.takeAddress(request.remoteAddress);
      const authenticated = (await authenticate?.(request)) ?? { ok: true, value: undefined };
      if (!authenticated.ok)
        return limiter.takeAddress(request.remoteAddress) ?? problemOfRefusal(authenticated.refusal, {});
      const principal = authenticated.value;
      const limited = limitOf(principal, route, request);
      if (limited !== undefined) return limited;
      if (principal !== undefined) exchange.userId = identityOf?.(principal);
      const admitted = await access.check(principal, request);
      if (!admitted.ok) return refusedAccess(admitted.refusal, route);
      exchange.principal = admitted.value;
      return undefined;
    },
    admitUnrouted: (address) => limiter.takeAddress(address),
  };

  function limitOf(principal: P | undefined, route: Route<P>, request: IncomingRequest): Problem | undefined {
    if (principal === undefined || identityOf === undefined) return limiter.takeAddress(request.remoteAddress);
    if (isUnlimited(principal)) return undefined;
    return limiter.takeIdentity(identityOf(principal), route.rateClass);
  }
}

function refusedAccess<P>(refusal: RefusalOfRoute<string>, route: Route<P>): Problem {
  const problem = problemOfRefusal(refusal, route.refusals);
  return problem ?? refusalProblem("FORBIDDEN", "This caller may not do this.");
}

/** A browser says where a request comes from; no page of another site has business writing here. */
function isCrossSiteWrite({ method, headers }: IncomingRequest): boolean {
  const site = headers["sec-fetch-site"];
  return method !== "GET" && method !== "HEAD" && (site === "cross-site" || site === "same-site");
}

interface Limiter {
  takeIdentity(identity: string, rateClass: string): Problem | undefined;
  takeAddress(address: string): Problem | undefined;
}

function createLimiter(limits: RateLimits | undefined, clock: Clock): Limiter {
  if (limits === undefined) return { takeIdentity: () => undefined, takeAddress: () => undefined };
  const exempt = toNetworks(limits.exemptNetworks ?? []);
  const perAddress = createTokenBuckets({ rate: limits.perAddress, clock });
  const classes = new Map(
    Object.entries(limits.perIdentity).map(([name, rate]) => [name, createTokenBuckets({ rate, clock })]),
  );
  return {
    takeIdentity: (identity, rateClass) => {
      const buckets = classes.get(rateClass) ?? classes.get("default");
      return limited(buckets?.take(identity) ?? 0);
    },
    takeAddress: (address) => (exempt.contains(address) ? undefined : limited(perAddress.take(visitorKey(address)))),
  };
}

function limited(retryAfterS: number): Problem | undefined {
  if (retryAfterS === 0) return undefined;
  return refusalProblem("RATE_LIMITED", `Too many requests. Try again in ${retryAfterS} s.`, { retryAfterS });
}
