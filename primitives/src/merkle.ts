import { assert } from "./assert.ts";
import { equalBytes } from "./bytes.ts";
import { sha256 } from "./hash.ts";

// RFC 6962 §2.1: the prefix keeps a leaf from ever being read as a node.
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/** The root of a tree with no leaves (RFC 6962 §2.1). */
export const EMPTY_ROOT = sha256(new Uint8Array());

export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, entry);
}

/** The hash of an inner node (RFC 6962 §2.1), for those who keep a tree in another shape. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right);
}

/**
 * An append-only RFC 6962 Merkle tree over leaf hashes. Complete subtrees are kept, so a root or a proof costs
 * O(log² n); appending costs O(1) on average.
 */
export class MerkleTree {
  // levels[k][i] is the root of leaves i·2^k … (i+1)·2^k − 1, present once all of them are.
  readonly #levels: Uint8Array[][] = [[]];

  /** @param leaves 32-byte leaf hashes, first to last. */
  constructor(leaves: Iterable<Uint8Array> = []) {
    for (const leaf of leaves) this.append(leaf);
  }

  get size(): number {
    return this.#levels[0]!.length;
  }

  append(leaf: Uint8Array): void {
    let node = leaf;
    for (let level = 0; ; level += 1) {
      this.#levels[level] ??= [];
      const row = this.#levels[level]!;
      row.push(node);
      if (row.length % 2 === 1) return;
      node = nodeHash(row[row.length - 2]!, row[row.length - 1]!);
    }
  }

  /** The root over the first `size` leaves. */
  root(size = this.size): Uint8Array {
    assert(size >= 0 && size <= this.size, "the tree holds that many leaves");
    return size === 0 ? EMPTY_ROOT : this.#rangeRoot(0, size);
  }

  /** The audit path for leaf `index` in the tree of the first `size` leaves (RFC 6962 §2.1.1), leaf end first. */
  inclusionProof(index: number, size = this.size): Uint8Array[] {
    assert(index >= 0 && index < size && size <= this.size, "the leaf is in the tree");
    return this.#path(index, 0, size);
  }

  /** Proves that the tree of `oldSize` leaves is a prefix of the tree of `size` leaves (RFC 6962 §2.1.2). */
  consistencyProof(oldSize: number, size = this.size): Uint8Array[] {
    assert(oldSize >= 0 && oldSize <= size && size <= this.size, "an older tree is no larger");
    return oldSize === 0 || oldSize === size ? [] : this.#subproof(oldSize, { start: 0, end: size, whole: true });
  }

  #rangeRoot(start: number, end: number): Uint8Array {
    const count = end - start;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return this.#levels[level]![start / count]!;
    const split = start + largestPowerBelow(count);
    return nodeHash(this.#rangeRoot(start, split), this.#rangeRoot(split, end));
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const split = start + largestPowerBelow(end - start);
    return index < split
      ? [...this.#path(index, start, split), this.#rangeRoot(split, end)]
      : [...this.#path(index, split, end), this.#rangeRoot(start, split)];
  }

  /** `whole`: the old tree is exactly this range so far, so that its own root need not be part of the proof. */
  #subproof(
    oldEnd: number,
    range: { readonly start: number; readonly end: number; readonly whole: boolean },
  ): Uint8Array[] {
    const { start, end, whole } = range;
    if (oldEnd === end) return whole ? [] : [this.#rangeRoot(start, end)];
    const split = start + largestPowerBelow(end - start);
    return oldEnd <= split
      ? [...this.#subproof(oldEnd, { start, end: split, whole }), this.#rangeRoot(split, end)]
      : [...this.#subproof(oldEnd, { start: split, end, whole: false }), this.#rangeRoot(start, split)];
  }
}

/** The largest power of two strictly below `count`, for `count` ≥ 2. */
function largestPowerBelow(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

export interface InclusionClaim {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Checks an audit path against a root (RFC 9162 §2.1.3.2); false for any change of any part. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  if (!isIndex(claim.index) || !isIndex(claim.size) || claim.index >= claim.size) return false;
  let node = claim.index;
  let last = claim.size - 1;
  let hash = claim.leaf;
  for (const sibling of claim.proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(hash, claim.root);
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Checks that the old tree is a prefix of the new one (RFC 9162 §2.1.4.2). */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, size, proof } = claim;
  if (!isIndex(oldSize) || !isIndex(size) || oldSize > size) return false;
  if (oldSize === size) return proof.length === 0 && equalBytes(claim.oldRoot, claim.root);
  if (oldSize === 0) return proof.length === 0 && equalBytes(claim.oldRoot, EMPTY_ROOT);
  const path = Number.isInteger(Math.log2(oldSize)) ? [claim.oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let [node, last] = [oldSize - 1, size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [oldHash, newHash] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && equalBytes(oldHash, claim.oldRoot) && equalBytes(newHash, claim.root);
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
