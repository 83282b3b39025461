import type { Random } from "@assay/platform/random/random";
import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { sha256 } from "@assay/primitives/hash";
import { newId } from "@assay/primitives/id";
import { addMs, type Instant, MINUTE_MS } from "@assay/primitives/instant";

/** What a passkey's signature is for. It proves this and nothing else. */
export type ChallengePurpose =
  | { readonly kind: "sign-in" }
  | { readonly kind: "register" }
  /** Something that the person does alone, or asks for. */
  | { readonly kind: "act" }
  /** The signature under exactly this approval. */
  | { readonly kind: "approval"; readonly digest: string };

export interface PasskeyChallenge {
  readonly id: string;
  readonly challenge: Uint8Array;
}

const LIFETIME_MS = 5 * MINUTE_MS;
const NONCE_BYTES = 32;
/** Open at a time: of one person, and of everybody who is about to sign in. */
const MOST_OF_PERSON = 10;
const MOST_OF_STRANGERS = 5_000;

/**
 * A new challenge. Its bytes are a hash of fresh chance, the purpose and, for an approval, the digest: what the
 * authenticator signs covers what is approved. Whoever asks too often loses their oldest.
 */
export async function openChallenge(
  transaction: Sql,
  wanted: {
    readonly purpose: ChallengePurpose;
    readonly personId: string | null;
    readonly now: Instant;
    readonly random: Random;
  },
): Promise<PasskeyChallenge> {
  const { purpose, personId, now, random } = wanted;
  const id = newId<string>("chl", now, random);
  const digest = purpose.kind === "approval" ? purpose.digest : null;
  const challenge = sha256(
    "assay.passkey-challenge.v1\n",
    `${purpose.kind}\n${digest ?? ""}\n`,
    random.bytes(NONCE_BYTES),
  );
  await transaction.execute(sql`delete from passkey_challenges where expires_at <= ${new Date(now)}`);
  await transaction.execute(sql`
    delete from passkey_challenges where id in (
      select id from passkey_challenges where person_id is not distinct from ${personId}
      order by id desc offset ${(personId === null ? MOST_OF_STRANGERS : MOST_OF_PERSON) - 1})`);
  await transaction.execute(sql`
    insert into passkey_challenges (id, person_id, purpose, digest, challenge, expires_at)
    values (${id}, ${personId}, ${purpose.kind}, ${digest}, ${Buffer.from(challenge)},
      ${new Date(addMs(now, LIFETIME_MS))})`);
  return { id, challenge };
}

/** Uses the challenge up, whatever it is for; its bytes only when purpose, digest, person and time are right. */
export async function takeChallenge(
  transaction: Sql,
  id: string,
  asked: { readonly purpose: ChallengePurpose; readonly personId: string | null; readonly now: Instant },
): Promise<Uint8Array | undefined> {
  const [row] = await transaction.query<{
    person_id: string | null;
    purpose: string;
    digest: string | null;
    challenge: Buffer;
    expires_at: Date;
  }>(sql`
    delete from passkey_challenges where id = ${id} and person_id is not distinct from ${asked.personId} returning *`);
  const digest = asked.purpose.kind === "approval" ? asked.purpose.digest : null;
  const isRight = row?.purpose === asked.purpose.kind && row.digest === digest && row.expires_at.getTime() > asked.now;
  return isRight ? new Uint8Array(row.challenge) : undefined;
}
