import type { Role } from "@assay/operations/manifest/manifest";
import { LOOPBACK_NETWORKS, toNetworks } from "@assay/platform/http/networks";
import type { Guard, RefusalOfRoute } from "@assay/platform/http/route";
import { accept, type Refused, refuse } from "@assay/primitives/result";
import type { Scope } from "../customers/api-key.ts";
import type { CustomerPrincipal, OperatorPrincipal, Principal } from "./principal.ts";

type CustomerGuard = Guard<Principal, CustomerPrincipal>;
type OperatorGuard = Guard<Principal, OperatorPrincipal>;

/** A customer whose session or key has the scope. Whoever is restricted may read and cancel: `whenRestricted` says which this is. */
export function customer(scope: Scope, whenRestricted: "refused" | "admitted" = "refused"): CustomerGuard {
  return {
    check(principal) {
      if (principal === undefined) return unauthenticated();
      if (principal.kind !== "customer") return forbidden("This is for customers.");
      if (!principal.scopes.includes(scope)) return forbidden(`The key lacks the scope ${scope}.`);
      const isStopped = principal.restricted && scope !== "read" && whenRestricted === "refused";
      return isStopped ? forbidden("The account is restricted.") : accept(principal);
    },
  };
}

export interface SessionPrincipal extends CustomerPrincipal {
  readonly session: NonNullable<CustomerPrincipal["session"]>;
}

/** A customer who signed in; API keys cannot change what proves their owner. */
export const signedInCustomer: Guard<Principal, SessionPrincipal> = {
  check(principal) {
    if (principal === undefined) return unauthenticated();
    if (principal.kind !== "customer") return forbidden("This is for customers.");
    const { session } = principal;
    return session === undefined ? forbidden("An API key cannot do this; sign in.") : accept({ ...principal, session });
  },
};

/** A person of the plane, or the plane itself, with the role. `admin` implies `viewer` only, like every other role. */
export function operator(role: Role): OperatorGuard {
  return {
    check(principal) {
      if (principal === undefined) return unauthenticated();
      if (principal.kind !== "operator" && principal.kind !== "service") return forbidden("This is for operators.");
      return hasRole(principal, role) ? accept(principal) : forbidden(`This needs the role ${role}.`);
    },
  };
}

/** One of several roles. */
export function operatorWithAny(roles: readonly Role[]): OperatorGuard {
  return {
    check(principal) {
      if (principal === undefined) return unauthenticated();
      if (principal.kind !== "operator" && principal.kind !== "service") return forbidden("This is for operators.");
      const holds = roles.some((role) => principal.roles.includes(role));
      return holds ? accept(principal) : forbidden(`This needs the role ${roles.join(" or ")}.`);
    },
  };
}

export function hasRole(principal: Principal | undefined, role: Role): boolean {
  if (principal?.kind !== "operator" && principal?.kind !== "service") return false;
  return principal.roles.includes(role) || (role === "viewer" && principal.roles.length > 0);
}

/**
 * Role `viewer`, or an address from which scrapers come: loopback and the configured networks. What a proxy passes on
 * is nobody's scrape: the customers' pages run on the same machine and would open the metrics to the world.
 */
export function metricsReader(networks: readonly string[]): Guard<Principal, undefined> {
  const trusted = toNetworks([...LOOPBACK_NETWORKS, ...networks]);
  return {
    check(principal, { remoteAddress, headers }) {
      const isDirect = headers["x-forwarded-for"] === undefined && headers.forwarded === undefined;
      if (hasRole(principal, "viewer") || (isDirect && trusted.contains(remoteAddress))) return accept(undefined);
      return principal === undefined ? unauthenticated() : forbidden("This needs the role viewer.");
    },
  };
}

/** Everybody; the handler is told who it is, if anybody. */
export const anyone: Guard<Principal, Principal | undefined> = { check: (principal) => accept(principal) };

function unauthenticated(): Refused<{ readonly code: "UNAUTHENTICATED" }> {
  return refuse({ code: "UNAUTHENTICATED" });
}

function forbidden(detail: string): Refused<RefusalOfRoute<"FORBIDDEN">> {
  return refuse({ code: "FORBIDDEN", detail });
}
