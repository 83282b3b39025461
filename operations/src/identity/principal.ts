import type { Guard } from "@assay/platform/http/route";
import type { Instant } from "@assay/primitives/instant";
import { accept, refuse } from "@assay/primitives/result";
import type { Role } from "../manifest/manifest.ts";
import { holdsRole } from "./roles.ts";

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

/** Who calls the plane. */
export type Principal = PersonPrincipal | ServicePrincipal;

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
