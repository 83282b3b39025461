import { holdsRole } from "../identity/roles.ts";
import type { Role } from "../manifest/manifest.ts";

/**
 * Whether each role can be given to a person of its own: somebody who holds two of them fills only one. An augmenting
 * path for each role (Kuhn), over at most five people.
 */
export function canFillRoles(roles: readonly Role[], people: readonly { readonly roles: readonly Role[] }[]): boolean {
  const filledBy = new Map<number, Role>();
  const place = (role: Role, tried: Set<number>): boolean =>
    people.some((person, index) => {
      if (tried.has(index) || !holdsRole(person.roles, role)) return false;
      tried.add(index);
      const other = filledBy.get(index);
      if (other !== undefined && !place(other, tried)) return false;
      filledBy.set(index, role);
      return true;
    });
  return [...new Set(roles)].every((role) => place(role, new Set()));
}
