import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { ContactMethod } from "../api/schema/delivery.ts";

export interface StoredContact {
  readonly position: number;
  readonly kind: ContactMethod["kind"];
  readonly target: string;
}

/** The contact methods of each of the people, in the order of trying. */
export async function contactsOf(
  database: Sql,
  personIds: readonly string[],
): Promise<Map<string, readonly StoredContact[]>> {
  const rows = await database.query<StoredContact & { person_id: string }>(sql`
    select person_id, position, kind, target from contact_methods
    where person_id = any(${personIds}) order by person_id, position`);
  const contacts = new Map<string, StoredContact[]>();
  for (const { person_id, ...contact } of rows) contacts.set(person_id, [...(contacts.get(person_id) ?? []), contact]);
  return contacts;
}

export async function replaceContacts(
  database: Database,
  personId: string,
  methods: readonly ContactMethod[],
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.execute(sql`delete from contact_methods where person_id = ${personId}`);
    for (const [position, { kind, target }] of methods.entries())
      await tx.execute(sql`
        insert into contact_methods (person_id, position, kind, target)
        values (${personId}, ${position}, ${kind}, ${target})`);
  });
}
