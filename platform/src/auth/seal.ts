import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { assert } from "@assay/primitives/assert";
import { concatBytes, utf8 } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import type { Random } from "../random/random.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps short secrets unreadable in the database (AES-256-GCM); the key lives outside it. */
export interface Seal {
  /** `owner` is bound in: what was sealed for one person does not open for another. */
  seal(secret: string, owner: string): Uint8Array;
  /** @throws Failure `SEAL_BROKEN` when the bytes, the owner or the key is not the one it was sealed with. */
  open(sealed: Uint8Array, owner: string): string;
}

/** A key for {@link createSeal} from a secret that nobody can guess; `purpose` keeps keys of one secret apart. */
export function deriveSealingKey(secret: Uint8Array | string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), purpose, KEY_BYTES));
}

export function createSeal(key: Uint8Array, random: Random): Seal {
  assert(key.length === KEY_BYTES, "a sealing key has 32 bytes");
  return {
    seal: (secret, owner) => {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(utf8(owner));
      return concatBytes(nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag());
    },
    open: (sealed, owner) => {
      try {
        const tagAt = sealed.length - TAG_BYTES;
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(utf8(owner)).setAuthTag(sealed.subarray(tagAt));
        return decipher.update(sealed.subarray(NONCE_BYTES, tagAt), undefined, "utf8") + decipher.final("utf8");
      } catch (cause) {
        throw new Failure("SEAL_BROKEN", { retryable: false, cause });
      }
    },
  };
}
