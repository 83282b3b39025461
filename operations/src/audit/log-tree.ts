import type { Sql } from "@assay/platform/storage/database";
import { equalBytes, utf8 } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { leafHash } from "@assay/primitives/merkle";
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
      const leaves = await readLeaves(this.#database, this.#tree.size, CHUNK_LEAVES);
      for (const { sequence, leaf, leafHash: stored } of leaves) {
        const hash = leafHash(utf8(leaf));
        if (sequence !== this.#tree.size || !equalBytes(hash, stored)) {
          throw new Failure("AUDIT_LOG_INCONSISTENT", { retryable: false, details: { sequence: this.#tree.size } });
        }
        this.#tree.append(hash);
        onSize?.(this.#tree.size);
      }
      if (leaves.length < CHUNK_LEAVES) return;
    }
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
