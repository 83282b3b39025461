import type { Role } from "../manifest/manifest.ts";

/** Every role implies `viewer`; no role, not even `admin`, implies any other. */
export function holdsRole(roles: readonly Role[], role: Role): boolean {
  return roles.includes(role) || (role === "viewer" && roles.length > 0);
}

/** The roles among `wanted` that nobody in `people` holds. */
export function missingRoles(wanted: readonly Role[], people: readonly { readonly roles: readonly Role[] }[]): Role[] {
  return wanted.filter((role) => !people.some((person) => holdsRole(person.roles, role)));
}
