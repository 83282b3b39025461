import { sha256 } from "@assay/primitives/hash";
import type { Random } from "../random/random.ts";

const TOKEN_BYTES = 32;
const LONGEST_TOKEN = 512;

/** A new bearer secret of 256 bits, `ses_k3J…` with a prefix that names its kind, and the hash that is stored instead of it. */
export function newOpaqueToken(
  random: Random,
  prefix?: string,
): { readonly token: string; readonly tokenHash: Uint8Array } {
  const secret = Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");
  const token = prefix === undefined ? secret : `${prefix}_${secret}`;
  return { token, tokenHash: hashOpaqueToken(token) };
}

/** What a token is looked up by. A plain hash is enough: a secret of 256 bits cannot be guessed from it. */
export function hashOpaqueToken(token: string): Uint8Array {
  return sha256(token.slice(0, LONGEST_TOKEN));
}
