import { createPublicKey, verify } from "node:crypto";
import { concatBytes, fromHex } from "@assay/primitives/bytes";

// RFC 8410: what stands before the raw key in a DER SubjectPublicKeyInfo.
const SPKI_PREFIX = fromHex("302a300506032b6570032100");

/** @param publicKey raw, 32 bytes. */
export function verifyEd25519(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const spki = Buffer.from(concatBytes(SPKI_PREFIX, publicKey));
  return verify(null, message, createPublicKey({ key: spki, format: "der", type: "spki" }), signature);
}
