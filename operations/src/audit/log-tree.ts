import type { Sql } from "@assay/platform/storage/database";
import { equalBytes, utf8 } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { EMPTY_ROOT, leafHash, nodeHash } from "@assay/primitives/merkle";
import { readLeafHashes, readLeaves } from "./audit-store.ts";
import { AuditTree } from "./audit-tree.ts";
import { coveringLevels } from "./merkle-range.ts";

const CHUNK_LEAVES = 10_000;

/** The tree over the committed table. Each leaf is hashed again as it is read, so a changed row is seen. */
export class LogTree {
  readonly #database: Sql;
  readonly #tree = new AuditTree();

  constructor(database: Sql) {
    this.#database = database;
  }

  get size(): number {
    return this.#tree.size;
  }

  root(): Uint8Array {
    return this.#tree.root();
  }

  /**
   * Takes in what was committed since the last call; calls must not overlap.
   * @param onSize is told each size the tree passes through.
   * @throws Failure `AUDIT_LOG_INCONSISTENT` when a row is missing or does not have its hash.
   */
  async integrate(onSize?: (size: number) => void): Promise<void> {
    for (;;) {
      const leaves = await readLeaves(this.#database, { from: this.#tree.size, limit: CHUNK_LEAVES });
      for (const { sequence, leaf, leafHash: stored } of leaves) {
        // Without its payload an entry is what its hash says: a wrong one leads to a root that was never signed.
        const hash = leaf === null ? stored : leafHash(utf8(leaf));
        if (sequence !== this.#tree.size || !equalBytes(hash, stored)) {
          throw new Failure("AUDIT_LOG_INCONSISTENT", { retryable: false, details: { sequence: this.#tree.size } });
        }
        this.#tree.append(hash);
        onSize?.(this.#tree.size);
      }
      if (leaves.length < CHUNK_LEAVES) return;
    }
  }

  /** The tree of `from` leaves is a beginning of the tree of `to` (RFC 6962 §2.1.2); both are at most {@link size}. */
  async consistencyProof(from: number, to: number): Promise<Uint8Array[]> {
    return from === 0 || from === to ? [] : await this.#subproof(from, { start: 0, end: to, isWhole: true });
  }

  /** The root of the first `size` leaves. */
  async rootAt(size: number): Promise<Uint8Array> {
    return size === 0 ? EMPTY_ROOT : await this.#rangeRoot(0, size);
  }

  /** `isWhole`: the older tree is exactly this range so far, so that its root need not be part of the proof. */
  async #subproof(
    from: number,
    range: { readonly start: number; readonly end: number; readonly isWhole: boolean },
  ): Promise<Uint8Array[]> {
    const { start, end, isWhole } = range;
    if (from === end) return isWhole ? [] : [await this.#rangeRoot(start, end)];
    const split = start + 2 ** (Math.ceil(Math.log2(end - start)) - 1);
    if (from <= split) {
      const left = await this.#subproof(from, { start, end: split, isWhole });
      return [...left, await this.#rangeRoot(split, end)];
    }
    const right = await this.#subproof(from, { start: split, end, isWhole: false });
    return [...right, await this.#rangeRoot(start, split)];
  }

  /** Of a range that a proof meets: its aligned subtrees get smaller from left to right. */
  async #rangeRoot(start: number, end: number): Promise<Uint8Array> {
    const parts = await this.cover(start, end);
    return parts.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), parts.at(-1)!);
  }

  /** Roots of the largest aligned subtrees that cover `from` ≤ leaf < `to`, first to last. */
  async cover(from: number, to: number): Promise<Uint8Array[]> {
    const roots: Uint8Array[] = [];
    let start = from;
    for (const level of coveringLevels(from, to)) {
      roots.push(await this.#tree.subtreeRoot(start, level, (a, b) => readLeafHashes(this.#database, a, b)));
      start += 2 ** level;
    }
    return roots;
  }
}
