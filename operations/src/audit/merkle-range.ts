import { assert } from "@assay/primitives/assert";
import { EMPTY_ROOT, nodeHash } from "@assay/primitives/merkle";

interface Subtree {
  readonly level: number;
  readonly hash: Uint8Array;
}

/**
 * The left edge of an RFC 6962 tree that only grows: the roots of its complete subtrees, at most one of each size.
 * Enough to add to a log of any length and to know its root, in 32·log₂ n bytes.
 */
export class MerkleFrontier {
  readonly #subtrees: Subtree[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds the leaf, or with `level` the root of 2^level leaves; those must start at a multiple of 2^level. */
  push(hash: Uint8Array, level = 0): void {
    assert(this.#size % 2 ** level === 0, "a subtree starts at a multiple of its size");
    this.#size += 2 ** level;
    let merged: Subtree = { level, hash };
    for (let last = this.#subtrees.at(-1); last?.level === merged.level; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      merged = { level: merged.level + 1, hash: nodeHash(last.hash, merged.hash) };
    }
    this.#subtrees.push(merged);
  }

  /** Largest subtree first; pushing them in this order builds the same frontier. */
  subtrees(): readonly Subtree[] {
    return [...this.#subtrees];
  }

  root(): Uint8Array {
    if (this.#subtrees.length === 0) return EMPTY_ROOT;
    return this.#subtrees
      .slice(0, -1)
      .reduceRight((right, left) => nodeHash(left.hash, right), this.#subtrees.at(-1)!.hash);
  }
}

/**
 * How the leaves `from` ≤ i < `to` are covered by the largest aligned subtrees, first to last, as their levels. From 0
 * this is the frontier; from any other place it is what completes a frontier of that size.
 */
export function coveringLevels(from: number, to: number): number[] {
  assert(Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= from && from <= to, "a range of leaves");
  const levels: number[] = [];
  for (let at = from; at < to; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level += 1;
    levels.push(level);
    at += 2 ** level;
  }
  return levels;
}
