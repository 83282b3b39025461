import { assert } from "@assay/primitives/assert";
import { MerkleFrontier } from "./merkle-range.ts";

const TILE_LEVEL = 10;
const TILE_LEAVES = 2 ** TILE_LEVEL;

/** Reads the leaf hashes `from` ≤ i < `to`, in order; asked for at most 1,024 of them at a time. */
export type ReadLeafHashes = (from: number, to: number) => Promise<readonly Uint8Array[]>;

/**
 * The log's tree in memory: its right edge and the roots of each 1,024 leaves, so a million entries take 32 KiB and any
 * subtree costs one short read.
 */
export class AuditTree {
  readonly #tiles: Uint8Array[] = [];
  readonly #full = new MerkleFrontier();
  #partial = new MerkleFrontier();

  get size(): number {
    return this.#full.size + this.#partial.size;
  }

  append(leafHash: Uint8Array): void {
    this.#partial.push(leafHash);
    if (this.#partial.size < TILE_LEAVES) return;
    const tile = this.#partial.root();
    this.#tiles.push(tile);
    this.#full.push(tile, TILE_LEVEL);
    this.#partial = new MerkleFrontier();
  }

  root(): Uint8Array {
    const whole = new MerkleFrontier();
    for (const part of [this.#full, this.#partial]) {
      for (const { hash, level } of part.subtrees()) whole.push(hash, level);
    }
    return whole.root();
  }

  /** The root of the 2^`level` leaves from `start`, a multiple of 2^`level`. */
  async subtreeRoot(start: number, level: number, readLeafHashes: ReadLeafHashes): Promise<Uint8Array> {
    const count = 2 ** level;
    assert(start % count === 0 && start + count <= this.size, "the subtree is complete");
    const parts =
      level >= TILE_LEVEL
        ? this.#tiles.slice(start / TILE_LEAVES, (start + count) / TILE_LEAVES)
        : await readLeafHashes(start, start + count);
    const subtree = new MerkleFrontier();
    for (const part of parts) subtree.push(part);
    return subtree.root();
  }
}
