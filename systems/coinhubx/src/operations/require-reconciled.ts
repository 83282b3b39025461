import type { Sql } from "@assay/platform/storage/database";
import { type Result, refuse } from "@assay/primitives/result";

/** Refuses unless the last reconciliation found the books to agree. */
export async function requireReconciled(_: Sql): Promise<Result<void, { readonly code: "NOT_RECONCILED" }>> {
  return refuse({ code: "NOT_RECONCILED" });
}
