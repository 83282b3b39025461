import type { Guard } from "@assay/platform/http/route";
import type { Instant } from "@assay/primitives/instant";
import { accept, refuse } from "@assay/primitives/result";
import type { Role } from "../manifest/manifest.ts";
import { holdsRole } from "./roles.ts";
import type { ReadScope, Scope } from "./scopes.ts";

/** Somebody signed in, as the database knows them at this call. */
export interface PersonPrincipal {
  readonly kind: "person";
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly sessionId: string;
  /** When they last proved a second factor in this session. */
  readonly steppedUpAt: Instant | null;
  readonly hasTotp: boolean;
}

/** A system that calls with its key; it never signs anything. */
export interface ServicePrincipal {
  readonly kind: "service";
  readonly name: string;
}

/** A machine that calls with its API key; it never signs anything, and may do what its scopes say. */
export interface MachinePrincipal {
  readonly kind: "machine";
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Who calls the plane. */
export type Principal = PersonPrincipal | ServicePrincipal | MachinePrincipal;

/** A stable name of whoever calls: `per_…`, `key_…` or `service:coinhubx`. */
export function nameOf(principal: Principal): string {
  if (principal.kind === "person") return principal.personId;
  return principal.kind === "machine" ? principal.keyId : `service:${principal.name}`;
}

/** Any person who is signed in, also one without a role or a second factor. */
export const signedIn: Guard<Principal, PersonPrincipal> = {
  check: (principal) =>
    principal?.kind === "person" ? accept(principal) : refuse({ code: principal ? "FORBIDDEN" : "UNAUTHENTICATED" }),
};

/** A person who holds the role; `viewer` is held with any other. */
export function person(role: Role): Guard<Principal, PersonPrincipal> {
  return {
    check: (principal) => {
      if (principal === undefined) return refuse({ code: "UNAUTHENTICATED" });
      return principal.kind === "person" && holdsRole(principal.roles, role)
        ? accept(principal)
        : refuse({ code: "FORBIDDEN" });
    },
  };
}

/** A person who holds at least one of the roles. */
export function personWithOneOf(...roles: readonly Role[]): Guard<Principal, PersonPrincipal> {
  return {
    check: (principal) => {
      if (principal === undefined) return refuse({ code: "UNAUTHENTICATED" });
      return principal.kind === "person" && roles.some((role) => holdsRole(principal.roles, role))
        ? accept(principal)
        : refuse({ code: "FORBIDDEN" });
    },
  };
}

/** A system with its key. */
export const anyService: Guard<Principal, ServicePrincipal> = {
  check: (principal) =>
    principal?.kind === "service" ? accept(principal) : refuse({ code: principal ? "FORBIDDEN" : "UNAUTHENTICATED" }),
};

/** A machine whose key has the scope; nobody else. */
export function machine(scope: Scope): Guard<Principal, MachinePrincipal> {
  return {
    check: (principal) => {
      if (principal === undefined) return refuse({ code: "UNAUTHENTICATED" });
      return principal.kind === "machine" && principal.scopes.includes(scope)
        ? accept(principal)
        : refuse({ code: "FORBIDDEN" });
    },
  };
}

/** A person who may look, or a machine whose key may read this. */
export function reader(scope: ReadScope): Guard<Principal, PersonPrincipal | MachinePrincipal> {
  const [people, machines] = [person("viewer"), machine(scope)];
  return {
    check: (principal, request) =>
      principal?.kind === "machine" ? machines.check(principal, request) : people.check(principal, request),
  };
}
