import type { Role } from "@assay/operations/manifest/manifest";
import type { Instant } from "@assay/primitives/instant";
import type { Scope } from "../customers/api-key.ts";
import type { CustomerId } from "../customers/customer.ts";

/** A customer, by session (all scopes) or by API key (its own). */
export interface CustomerPrincipal {
  readonly kind: "customer";
  readonly customerId: CustomerId;
  readonly scopes: readonly Scope[];
  /** Absent for an API key: what proves a customer is changed from a session only. */
  readonly session: { readonly id: string; readonly createdAt: Instant } | undefined;
  readonly restricted: boolean;
}

/** A person of the plane, or the plane itself (`service`), by a token that the plane signed. */
export interface OperatorPrincipal {
  readonly kind: "operator" | "service";
  readonly sub: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The token as it came, to ask the plane for something in the person's name. */
  readonly token: string;
}

/** The plane's word that one action was approved, not verified yet: that takes the parameters. Only `/ops/actions` admits it. */
export interface GrantPrincipal {
  readonly kind: "grant";
  readonly token: string;
}

export type Principal = CustomerPrincipal | OperatorPrincipal | GrantPrincipal;
