import { formatInstant } from "@assay/primitives/instant";
import type { z } from "zod";
import type { Person } from "../../identity/person.ts";
import type { PersonPrincipal } from "../../identity/principal.ts";
import type { Session } from "../../identity/session-store.ts";
import type { ownPersonSchema, personSchema, sessionSchema } from "../schema/identity.ts";

/** `known`: everybody, for the name of who let them in. */
export function personView(
  person: Person,
  { known, passkeyOwners }: { readonly known: readonly Person[]; readonly passkeyOwners: ReadonlySet<string> },
): z.input<typeof personSchema> {
  const { id, name, email, roles, state, hasTotp, createdAt, createdBy, removedAt } = person;
  return {
    ...{ id, name, email, state, secondFactor: hasTotp || passkeyOwners.has(id) },
    invitedBy: known.find((other) => other.id === createdBy)?.name ?? null,
    roles: [...roles],
    createdAt: formatInstant(createdAt),
    removedAt: removedAt === null ? null : formatInstant(removedAt),
  };
}

export function ownPersonView(
  person: Pick<Person, "id" | "name" | "email" | "roles" | "hasTotp"> & { readonly passkeys: number },
) {
  const { id, name, email, roles, hasTotp, passkeys } = person;
  return { id, name, email, roles: [...roles], totp: hasTotp, passkeys } satisfies z.input<typeof ownPersonSchema>;
}

export function sessionView(
  person: Parameters<typeof ownPersonView>[0],
  session: Session,
): z.input<typeof sessionSchema> {
  return {
    person: ownPersonView(person),
    session: {
      id: session.id,
      expiresAt: formatInstant(session.expiresAt),
      steppedUpAt: session.steppedUpAt === null ? null : formatInstant(session.steppedUpAt),
    },
  };
}

/** The person behind a principal, as views take them. */
export function personOf(principal: PersonPrincipal) {
  const { personId, name, email, roles, hasTotp } = principal;
  return { id: personId, name, email, roles, hasTotp };
}
