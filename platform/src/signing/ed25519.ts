import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { assert } from "@assay/primitives/assert";
import { concatBytes, fromHex, toHex } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { sha256 } from "@assay/primitives/hash";

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
const SEED_BYTES = 32;
const KEY_ID_LENGTH = 16;
// DER heads of an Ed25519 key (RFC 8410): what comes after them is the raw key.
const PKCS8_HEAD = fromHex("302e020100300506032b657004220420");
const SPKI_HEAD = fromHex("302a300506032b6570032100");
const OWNER_ONLY = 0o600;

/** An Ed25519 key that signs (RFC 8032). */
export interface SigningKey {
  /** First 16 hex digits of SHA-256 of the public key. */
  readonly id: string;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
  /** For libraries that take Node's own key. */
  readonly privateKeyObject: KeyObject;
}

export function newSigningKey(): SigningKey {
  return toSigningKey(generateKeyPairSync("ed25519").privateKey);
}

/** The key of a 32-byte seed: the same seed always gives the same key. */
export function signingKeyFromSeed(seed: Uint8Array): SigningKey {
  assert(seed.length === SEED_BYTES, "an Ed25519 seed has 32 bytes");
  const der = Buffer.from(concatBytes(PKCS8_HEAD, seed));
  return toSigningKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}

/**
 * Reads the key in `path`, or makes one there with mode 0600; of two processes that start together both use the same.
 * @throws Failure `SIGNING_KEY_UNREADABLE` when the file is no key, or others may read it.
 */
export async function loadOrCreateSigningKey(path: string): Promise<SigningKey> {
  return (await readKey(path)) ?? (await createKey(path));
}

/** Whether the owner of `publicKey` (raw, 32 bytes) signed `message`. False for anything malformed. */
export function verifySignature(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== PUBLIC_KEY_BYTES) return false;
  try {
    return verifyBytes(null, message, publicKeyObject(publicKey), signature);
  } catch {
    return false;
  }
}

/** Node's form of a raw public key. */
export function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const der = Buffer.from(concatBytes(SPKI_HEAD, publicKey));
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

function toSigningKey(privateKeyObject: KeyObject): SigningKey {
  const der = createPublicKey(privateKeyObject).export({ format: "der", type: "spki" });
  const publicKey = new Uint8Array(der.subarray(SPKI_HEAD.length));
  return {
    id: toHex(sha256(publicKey)).slice(0, KEY_ID_LENGTH),
    publicKey,
    privateKeyObject,
    sign: (message) => new Uint8Array(signBytes(null, message, privateKeyObject)),
  };
}

async function readKey(path: string): Promise<SigningKey | undefined> {
  const unreadable = (reason: string, cause?: unknown) =>
    new Failure("SIGNING_KEY_UNREADABLE", { retryable: false, cause, details: { path, reason } });
  try {
    await using file = await open(path, "r");
    if (((await file.stat()).mode & 0o077) !== 0) throw unreadable("others than the owner may read it");
    return toSigningKey(createPrivateKey(await file.readFile()));
  } catch (error) {
    if (error instanceof Failure) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable("it is not a private key", error);
  }
}

async function createKey(path: string): Promise<SigningKey> {
  const key = newSigningKey();
  const draft = `${path}.${process.pid}.${key.id}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await using file = await open(draft, "wx", OWNER_ONLY);
    await file.writeFile(key.privateKeyObject.export({ format: "pem", type: "pkcs8" }));
    await file.sync();
    // A link appears whole and only where nothing is: whoever comes second reads the first one's key.
    await link(draft, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return toSigningKey(createPrivateKey(await readFile(path)));
  } finally {
    await rm(draft, { force: true });
  }
}
