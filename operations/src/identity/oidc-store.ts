import type { OidcFlow } from "@assay/platform/auth/oidc";
import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Instant, toInstant } from "@assay/primitives/instant";

export interface StoredFlow extends OidcFlow {
  /** Who links their account; null for somebody who signs in. */
  readonly personId: string | null;
}

export interface OidcLink {
  readonly issuer: string;
  readonly subject: string;
  readonly personId: string;
  readonly linkedAt: Instant;
}

interface LinkRow {
  readonly issuer: string;
  readonly subject: string;
  readonly person_id: string;
  readonly linked_at: Date;
}

/** Of everybody: a crowd at the door loses the oldest. */
const MOST_FLOWS = 5_000;

export async function insertFlow(
  transaction: Sql,
  tokenHash: Uint8Array,
  { flow, now, expiresAt }: { readonly flow: StoredFlow; readonly now: Instant; readonly expiresAt: Instant },
): Promise<void> {
  await transaction.execute(sql`delete from oidc_flows where expires_at <= ${new Date(now)}`);
  await transaction.execute(sql`
    delete from oidc_flows where token_hash in (
      select token_hash from oidc_flows order by expires_at desc offset ${MOST_FLOWS - 1})`);
  await transaction.execute(sql`
    insert into oidc_flows (token_hash, state, nonce, code_verifier, person_id, expires_at)
    values (${Buffer.from(tokenHash)}, ${flow.state}, ${flow.nonce}, ${flow.codeVerifier}, ${flow.personId},
      ${new Date(expiresAt)})`);
}

/** Uses the flow up: each way there has one way back. */
export async function takeFlow(database: Sql, tokenHash: Uint8Array, now: Instant): Promise<StoredFlow | undefined> {
  const [row] = await database.query<{
    state: string;
    nonce: string;
    code_verifier: string;
    person_id: string | null;
    expires_at: Date;
  }>(sql`delete from oidc_flows where token_hash = ${Buffer.from(tokenHash)} returning *`);
  if (row === undefined || row.expires_at.getTime() <= now) return undefined;
  return { state: row.state, nonce: row.nonce, codeVerifier: row.code_verifier, personId: row.person_id };
}

export async function findLink(database: Sql, issuer: string, subject: string): Promise<OidcLink | undefined> {
  const rows = await database.query<LinkRow>(sql`
    select * from oidc_links where issuer = ${issuer} and subject = ${subject}`);
  return rows.map(toLink)[0];
}

export async function findLinkOf(database: Sql, issuer: string, personId: string): Promise<OidcLink | undefined> {
  const rows = await database.query<LinkRow>(sql`
    select * from oidc_links where issuer = ${issuer} and person_id = ${personId}`);
  return rows.map(toLink)[0];
}

/** False when either side is linked already. */
export async function insertLink(transaction: Sql, link: OidcLink): Promise<boolean> {
  const inserted = await transaction.execute(sql`
    insert into oidc_links (issuer, subject, person_id, linked_at)
    values (${link.issuer}, ${link.subject}, ${link.personId}, ${new Date(link.linkedAt)})
    on conflict do nothing`);
  return inserted === 1;
}

export async function noteLinkUsed(transaction: Sql, link: OidcLink, now: Instant): Promise<void> {
  await transaction.execute(sql`
    update oidc_links set last_used_at = ${new Date(now)}
    where issuer = ${link.issuer} and subject = ${link.subject}`);
}

/** True when there was one. */
export async function deleteLinksOf(transaction: Sql, personId: string): Promise<boolean> {
  await transaction.execute(sql`delete from oidc_flows where person_id = ${personId}`);
  return (await transaction.execute(sql`delete from oidc_links where person_id = ${personId}`)) > 0;
}

function toLink(row: LinkRow): OidcLink {
  const { issuer, subject, person_id: personId } = row;
  return { issuer, subject, personId, linkedAt: toInstant(row.linked_at.getTime()) };
}
