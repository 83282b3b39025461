import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { JsonObject } from "@assay/primitives/json";

/** Who did it: a person of the plane, a customer, one of our services, or the machine itself. */
export interface AuditActor {
  readonly kind: "person" | "customer" | "service" | "system";
  readonly id: string;
  readonly name: string;
}

/** What the operations plane appends to its Merkle log (operations.md §6). */
export interface AuditEntry {
  readonly actor: AuditActor;
  /** `coinhubx.trading.disable` */
  readonly action: string;
  readonly target: string;
  readonly details: JsonObject;
  readonly incidentId?: string;
}

/** Writes the entry in the transaction of the change it tells of: no change without its entry, no entry without its change. */
export async function appendAuditEntry(transaction: Sql, entry: AuditEntry): Promise<void> {
  await transaction.execute(sql`insert into audit_outbox (entry) values (${JSON.stringify(entry)}::jsonb)`);
}
