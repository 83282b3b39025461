import type { Instant } from "@assay/primitives/instant";
import type { Role } from "../manifest/manifest.ts";

export type PersonState = "invited" | "active" | "removed";

/** A human being who may operate: one per mailbox, whatever they sign in with. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly state: PersonState;
  readonly hasTotp: boolean;
  /** Who let them in; null for the first person. */
  readonly createdBy: string | null;
  /** Counts up when access is taken away; tokens of an earlier epoch are no longer good. */
  readonly epoch: number;
  readonly createdAt: Instant;
  readonly removedAt: Instant | null;
}

/**
 * The mailbox that an address leads to, so that one person cannot hold two accounts: case, Unicode form and what follows a
 * `+` do not make another mailbox.
 */
export function mailboxOf(email: string): string {
  const [local = "", domain = ""] = email.normalize("NFKC").trim().toLowerCase().split("@");
  return `${local.split("+")[0]}@${domain}`;
}
