import { assert } from "./assert.ts";
import type { Instant } from "./instant.ts";
import { accept, type Result, refuse } from "./result.ts";

// Crockford's base 32 without the letters that read like digits; sorts like the number it writes.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARACTERS = 10;
const CHANCE_BYTES = 10;
const ID = /^[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{26}$/;

/** What an id is made of besides time: `bytes` uniformly random bytes. */
export interface IdChance {
  bytes(count: number): Uint8Array;
}

/**
 * A new id such as `ord_01jd…`: a prefix that names the thing, 48 bits of time and 80 of chance (the ULID layout),
 * so that ids made later sort later.
 */
export function newId<Id extends string>(prefix: string, now: Instant, chance: IdChance): Id {
  const id = `${prefix}_${base32(BigInt(now), TIME_CHARACTERS)}${base32(toInteger(chance.bytes(CHANCE_BYTES)), 16)}`;
  assert(ID.test(id), `${id} is an id`);
  return id as Id;
}

export function parseId<Id extends string>(prefix: string, text: string): Result<Id, { code: "NOT_AN_ID" }> {
  return text.startsWith(`${prefix}_`) && ID.test(text) ? accept(text as Id) : refuse({ code: "NOT_AN_ID" });
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function base32(value: bigint, characters: number): string {
  let text = "";
  for (let rest = value; text.length < characters; rest >>= 5n) text = ALPHABET[Number(rest & 31n)]! + text;
  return text;
}
