import type { Random } from "@assay/platform/random/random";
import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { sha256 } from "@assay/primitives/hash";
import type { Instant } from "@assay/primitives/instant";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 20;

/** A code to type once: `XXXXX-XXXXX-XXXXX-XXXXX`, 100 bits of chance. */
export function newOneTimeCode(random: Random): string {
  const characters = Array.from({ length: CHARACTERS }, () => ALPHABET[random.integer(ALPHABET.length)]).join("");
  return characters.match(/.{5}/g)!.join("-");
}

/** As people type it: case, dashes and spaces do not matter, and letters that look like digits are read as them. */
export function hashOneTimeCode(code: string): Uint8Array {
  const plain = code.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return sha256("assay.one-time-code.v1\n", plain);
}

/** Replaces the code of an earlier start. */
export async function storeBootstrapCode(transaction: Sql, code: string): Promise<void> {
  await transaction.execute(sql`delete from one_time_codes where purpose = 'bootstrap'`);
  await transaction.execute(sql`
    insert into one_time_codes (code_hash, purpose) values (${Buffer.from(hashOneTimeCode(code))}, 'bootstrap')`);
}

/** Replaces the person's earlier code. */
export async function storeEnrolmentCode(
  transaction: Sql,
  code: string,
  { personId, expiresAt }: { readonly personId: string; readonly expiresAt: Instant },
): Promise<void> {
  await transaction.execute(sql`delete from one_time_codes where person_id = ${personId}`);
  await transaction.execute(sql`
    insert into one_time_codes (code_hash, purpose, person_id, expires_at)
    values (${Buffer.from(hashOneTimeCode(code))}, 'enrolment', ${personId}, ${new Date(expiresAt)})`);
}

/** Uses the code up; undefined when there is no such code or its time is over. */
export async function redeemCode(
  transaction: Sql,
  code: string,
  { purpose, now }: { readonly purpose: "bootstrap" | "enrolment"; readonly now: Instant },
): Promise<{ personId: string | null } | undefined> {
  const [row] = await transaction.query<{ person_id: string | null }>(sql`
    delete from one_time_codes
    where code_hash = ${Buffer.from(hashOneTimeCode(code))} and purpose = ${purpose}
      and (expires_at is null or expires_at > ${new Date(now)})
    returning person_id`);
  return row === undefined ? undefined : { personId: row.person_id };
}
