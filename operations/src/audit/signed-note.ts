import { concatBytes, equalBytes, toBase64, toHex, utf8 } from "@assay/primitives/bytes";
import { sha256 } from "@assay/primitives/hash";
import { accept, type Result, refuse } from "@assay/primitives/result";

// C2SP signed-note: https://c2sp.org/signed-note
const ED25519 = Uint8Array.of(0x01);
const KEY_HASH_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KEY_NAME = /^[^\s+\p{Cc}]{1,100}$/u;
const VERIFIER_KEY = /^([^+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]+=*)$/;
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;
const LARGEST_NOTE = 64 * 1024;
const MOST_SIGNATURES = 16;

export interface NoteVerifier {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface NoteSigner {
  readonly name: string;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export type NoteRefusal = { readonly code: "NOT_A_NOTE" | "NOT_A_VERIFIER_KEY" | "NOT_SIGNED_BY_THIS_KEY" };

function keyHashOf(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(name, "\n", ED25519, publicKey).slice(0, KEY_HASH_BYTES);
}

/** `name+hash+key`: the text that people pass around and pin. */
export function formatVerifierKey({ name, publicKey }: { name: string; publicKey: Uint8Array }): string {
  return `${name}+${toHex(keyHashOf(name, publicKey))}+${toBase64(concatBytes(ED25519, publicKey))}`;
}

/** Accepts exactly what {@link formatVerifierKey} prints, so that no two texts name one key. */
export function parseVerifierKey(text: string): Result<NoteVerifier, NoteRefusal> {
  const [, name = "", key = ""] = VERIFIER_KEY.exec(text.slice(0, 300)) ?? [];
  const bytes = parseBase64(key);
  const publicKey = bytes?.slice(1);
  if (!KEY_NAME.test(name) || publicKey?.length !== PUBLIC_KEY_BYTES) return refuse({ code: "NOT_A_VERIFIER_KEY" });
  if (formatVerifierKey({ name, publicKey }) !== text) return refuse({ code: "NOT_A_VERIFIER_KEY" });
  return accept({ name, publicKey, keyHash: keyHashOf(name, publicKey) });
}

/** @param text ends with a newline and holds no empty last line: what is signed, byte for byte. */
export function signNote(text: string, signer: NoteSigner): string {
  const signature = concatBytes(keyHashOf(signer.name, signer.publicKey), signer.sign(utf8(text)));
  return `${text}\n— ${signer.name} ${toBase64(signature)}\n`;
}

export type VerifySignature = (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean;

/**
 * The text of a note that `verifier` signed. Every signature line must have the one form that the same bytes can take
 * and every one of our key must verify, so a changed byte is always seen.
 */
export function openNote(note: string, verifier: NoteVerifier, verify: VerifySignature): Result<string, NoteRefusal> {
  const split = note.lastIndexOf("\n\n");
  if (note.length > LARGEST_NOTE || split < 0 || !note.endsWith("\n")) return refuse({ code: "NOT_A_NOTE" });
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) return refuse({ code: "NOT_A_NOTE" });
  let signed = false;
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === undefined) return refuse({ code: "NOT_A_NOTE" });
    if (signature.name !== verifier.name || !equalBytes(signature.keyHash, verifier.keyHash)) continue;
    if (!verify(utf8(text), signature.bytes, verifier.publicKey)) return refuse({ code: "NOT_SIGNED_BY_THIS_KEY" });
    signed = true;
  }
  return signed ? accept(text) : refuse({ code: "NOT_SIGNED_BY_THIS_KEY" });
}

function parseSignatureLine(line: string): { name: string; keyHash: Uint8Array; bytes: Uint8Array } | undefined {
  const match = SIGNATURE_LINE.exec(line);
  const bytes = match === null ? undefined : parseBase64(match[2]!);
  if (bytes === undefined || bytes.length < KEY_HASH_BYTES + SIGNATURE_BYTES) return undefined;
  return { name: match![1]!, keyHash: bytes.slice(0, KEY_HASH_BYTES), bytes: bytes.slice(KEY_HASH_BYTES) };
}

// Only the canonical form: other texts that decode to the same bytes would let a byte change unseen.
function parseBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}
