import { createHash } from "node:crypto";
import { toHex } from "./bytes.ts";

/** SHA-256 of the parts joined: 32 bytes. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** As {@link sha256}, in lower-case hex. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  return toHex(sha256(...parts));
}
