import { verifySignature } from "@assay/platform/signing/ed25519";
import { equalBytes, fromHex, toHex } from "@assay/primitives/bytes";
import { leafHash, verifyConsistency } from "@assay/primitives/merkle";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { BUNDLE_CLOSING, type BundleHeader, parseBundleHeader, parseOmitted } from "./bundle-header.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { coveringLevels, MerkleFrontier } from "./merkle-range.ts";
import { openNote, parseVerifierKey } from "./signed-note.ts";

/** What a good bundle proves: these entries, and no others, stand at `from` ≤ sequence < `to` of the signed log. */
export interface VerifiedBundle {
  readonly origin: string;
  /** Entries in the log when the checkpoint was signed. */
  readonly size: number;
  readonly root: string;
  readonly from: number;
  readonly to: number;
  /** Entries among them that stand with their hash alone: filtered out, or past their retention. */
  readonly omitted: number;
  readonly verifierKey: string;
  /** False when no key was given: then the bundle proves only that whoever holds its own key signed it. */
  readonly keyPinned: boolean;
}

export type BundleRefusal =
  | { readonly code: "BUNDLE_MALFORMED"; readonly line: number }
  | { readonly code: "KEY_NOT_TRUSTED" | "CHECKPOINT_NOT_SIGNED" | "ROOT_DIFFERS" }
  /** An older checkpoint of the same log says otherwise, or lies outside the bundle's entries and cannot be compared. */
  | { readonly code: "CHECKPOINT_CONTRADICTED" | "CHECKPOINT_NOT_COMPARABLE" };

export interface VerifyBundleOptions {
  /** The key the reader trusts, as `name+hash+base64`. */
  readonly verifierKey?: string;
  /** A checkpoint of the same log, kept from earlier: the bundle must extend it. */
  readonly earlier?: string;
}

const LONGEST_LINE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const COMMA = 0x2c;

/**
 * Checks an export bundle without a server: each byte is covered by a leaf hash, by the signature or by the one form
 * that the header may have, so any changed byte is refused. Memory does not grow with the bundle.
 */
export async function verifyBundle(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: VerifyBundleOptions = {},
): Promise<Result<VerifiedBundle, BundleRefusal>> {
  let check: BundleCheck | undefined;
  let line = 0;
  for await (const bytes of splitLines(pieces)) {
    line += 1;
    if (bytes === undefined) return refuse({ code: "BUNDLE_MALFORMED", line });
    if (check === undefined) {
      const opened = openBundle(bytes, options);
      if (!opened.ok) return opened;
      check = opened.value;
    } else if (!check.line(bytes)) return refuse({ code: "BUNDLE_MALFORMED", line });
  }
  return check === undefined ? refuse({ code: "BUNDLE_MALFORMED", line: 1 }) : check.end();
}

function openBundle(bytes: Uint8Array, options: VerifyBundleOptions): Result<BundleCheck, BundleRefusal> {
  const header = parseBundleHeader(decode(bytes));
  if (header === undefined || header.from > header.to) return refuse({ code: "BUNDLE_MALFORMED", line: 1 });
  if (options.verifierKey !== undefined && options.verifierKey !== header.verifierKey) {
    return refuse({ code: "KEY_NOT_TRUSTED" });
  }
  const checkpoint = openCheckpoint(header.checkpoint, header.verifierKey);
  if (checkpoint === undefined) return refuse({ code: "CHECKPOINT_NOT_SIGNED" });
  const earlier = options.earlier === undefined ? undefined : openCheckpoint(options.earlier, header.verifierKey);
  if (options.earlier !== undefined && earlier?.origin !== checkpoint.origin) {
    return refuse({ code: "CHECKPOINT_NOT_COMPARABLE" });
  }
  const isWhole =
    header.to <= checkpoint.size &&
    header.left.length === coveringLevels(0, header.from).length &&
    header.right.length === coveringLevels(header.to, checkpoint.size).length;
  if (!isWhole) return refuse({ code: "BUNDLE_MALFORMED", line: 1 });
  const keyPinned = options.verifierKey !== undefined;
  return accept(new BundleCheck({ header, checkpoint, earlier, keyPinned }));
}

interface BundleFacts {
  readonly header: BundleHeader;
  readonly checkpoint: Checkpoint;
  readonly earlier: Checkpoint | undefined;
  readonly keyPinned: boolean;
}

class BundleCheck {
  readonly #facts: BundleFacts;
  readonly #frontier = new MerkleFrontier();
  #closed = false;
  #earlierRoot: Uint8Array | undefined;
  #omitted = 0;

  constructor(facts: BundleFacts) {
    this.#facts = facts;
    const levels = coveringLevels(0, facts.header.from);
    facts.header.left.forEach((hash, index) => void this.#frontier.push(fromHex(hash), levels[index]));
    this.#noteEarlier();
  }

  /** An entry, or after the last one the closing; false for anything else. */
  line(bytes: Uint8Array): boolean {
    const { to } = this.#facts.header;
    if (this.#closed) return false;
    if (this.#frontier.size === to) {
      this.#closed = true;
      return decode(bytes) === BUNDLE_CLOSING;
    }
    const isLast = this.#frontier.size === to - 1;
    if (!isLast && bytes.at(-1) !== COMMA) return false;
    const entry = isLast ? bytes : bytes.subarray(0, -1);
    const omitted = parseOmitted(entry);
    if (omitted !== undefined) this.#omitted += 1;
    this.#frontier.push(omitted === undefined ? leafHash(entry) : fromHex(omitted));
    this.#noteEarlier();
    return true;
  }

  end(): Result<VerifiedBundle, BundleRefusal> {
    const { header, checkpoint, earlier, keyPinned } = this.#facts;
    if (!this.#closed) return refuse({ code: "BUNDLE_MALFORMED", line: header.to - header.from + 2 });
    const levels = coveringLevels(header.to, checkpoint.size);
    header.right.forEach((hash, index) => void this.#frontier.push(fromHex(hash), levels[index]));
    this.#noteEarlier();
    if (!equalBytes(this.#frontier.root(), checkpoint.root)) return refuse({ code: "ROOT_DIFFERS" });
    if (earlier !== undefined) {
      const extended = this.#extends(earlier);
      if (extended === undefined) return refuse({ code: "CHECKPOINT_NOT_COMPARABLE" });
      if (!extended) return refuse({ code: "CHECKPOINT_CONTRADICTED" });
    }
    const { from, to, verifierKey } = header;
    const { origin, size } = checkpoint;
    return accept({
      origin,
      size,
      root: toHex(checkpoint.root),
      from,
      to,
      omitted: this.#omitted,
      verifierKey,
      keyPinned,
    });
  }

  /** By the entries themselves where they pass through the older size, otherwise by the bundle's proof; or unknown. */
  #extends(earlier: Checkpoint): boolean | undefined {
    const { header, checkpoint } = this.#facts;
    if (this.#earlierRoot !== undefined) return equalBytes(this.#earlierRoot, earlier.root);
    if (header.consistency?.size !== earlier.size) return undefined;
    const proof = header.consistency.proof.map(fromHex);
    const { size, root } = checkpoint;
    return verifyConsistency({ oldSize: earlier.size, oldRoot: earlier.root, size, root, proof });
  }

  #noteEarlier(): void {
    if (this.#frontier.size === this.#facts.earlier?.size) this.#earlierRoot = this.#frontier.root();
  }
}

/** A checkpoint that this key signed, in its only form: three lines, one signature. */
function openCheckpoint(note: string, verifierKey: string): Checkpoint | undefined {
  const verifier = parseVerifierKey(verifierKey);
  if (!verifier.ok || note.split("\n").length !== 6) return undefined;
  const text = openNote(note, verifier.value, verifySignature);
  const checkpoint = text.ok ? parseCheckpoint(text.value) : undefined;
  return checkpoint?.ok ? checkpoint.value : undefined;
}

// Bytes that are not UTF-8 become text that no header prints; entries are never decoded.
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "";
  }
}

/** Lines without their newline; undefined for a line that is too long or has no newline, after which nothing follows. */
async function* splitLines(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterable<Uint8Array | undefined> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    const bytes: Uint8Array = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE_BYTES) return yield undefined;
  }
  if (rest.length > 0) yield undefined;
}
