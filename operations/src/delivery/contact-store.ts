import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { ContactMethod, ContactMethodInput } from "../api/schema/delivery.ts";

export interface StoredContact extends Readonly<Pick<ContactMethod, "kind" | "target" | "severities" | "delayMs">> {
  readonly position: number;
}

/** The contact methods of each of the people, in the order of trying. */
export async function contactsOf(
  database: Sql,
  personIds: readonly string[],
): Promise<Map<string, readonly StoredContact[]>> {
  type Contact = Omit<StoredContact, "delayMs"> & { person_id: string; delay_ms: number };
  const rows = await database.query<Contact>(sql`
    select person_id, position, kind, target, severities, delay_ms from contact_methods
    where person_id = any(${personIds}) order by person_id, position`);
  const contacts = new Map<string, StoredContact[]>();
  for (const { person_id, delay_ms: delayMs, ...contact } of rows)
    contacts.set(person_id, [...(contacts.get(person_id) ?? []), { ...contact, delayMs }]);
  return contacts;
}

export async function replaceContacts(
  database: Database,
  personId: string,
  methods: readonly ContactMethodInput[],
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.execute(sql`delete from contact_methods where person_id = ${personId}`);
    for (const [position, { kind, target, severities = [], delayMs = 0 }] of methods.entries())
      await tx.execute(sql`
        insert into contact_methods (person_id, position, kind, target, severities, delay_ms)
        values (${personId}, ${position}, ${kind}, ${target}, ${severities}, ${delayMs})`);
  });
}
