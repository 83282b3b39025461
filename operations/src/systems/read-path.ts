import { accept, type Result, refuse } from "@assay/primitives/result";
import { holdsRole } from "../identity/roles.ts";
import type { Manifest, Role } from "../manifest/manifest.ts";

/** Whether a system offers `path` (with its query) to a person with these roles. Nothing else of it is reachable through the plane. */
export function checkRead(
  manifest: Manifest,
  path: string,
  roles: readonly Role[],
): Result<void, { code: "READ_NOT_OFFERED" | "FORBIDDEN" }> {
  const pathname = path.split("?")[0]!;
  // An encoded slash or a dot segment would make the system see another path than the one that was checked.
  if (/%2f|%5c|\\|\/\.{1,2}(\/|$)|%2e|#/i.test(pathname) || path.startsWith("//"))
    return refuse({ code: "READ_NOT_OFFERED" });
  const offered = manifest.reads.find((read) => matchesPath(read.path, pathname));
  if (offered === undefined) return refuse({ code: "READ_NOT_OFFERED" });
  return holdsRole(roles, offered.role) ? accept(undefined) : refuse({ code: "FORBIDDEN" });
}

/** `/api/orders/:id` matches one segment in place of `:id`. */
function matchesPath(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}
