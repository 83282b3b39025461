import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "@assay/primitives/hash";
import { leafHash, MerkleTree } from "@assay/primitives/merkle";
import fc from "fast-check";
import { AuditTree } from "./audit-tree.ts";
import { coveringLevels, MerkleFrontier } from "./merkle-range.ts";

const leaves = Array.from({ length: 3_000 }, (_, index) => leafHash(sha256(String(index))));

function frontierOf(count: number): MerkleFrontier {
  const frontier = new MerkleFrontier();
  for (const leaf of leaves.slice(0, count)) frontier.push(leaf);
  return frontier;
}

test("a frontier has the root of the whole tree at every size", () => {
  const tree = new MerkleTree(leaves.slice(0, 600));
  const frontier = new MerkleFrontier();
  for (let size = 0; size < 600; size += 1) {
    deepEqual(frontier.root(), tree.root(size));
    frontier.push(leaves[size]!);
  }
});

test("a range of leaves between the subtrees beside it leads to the root of the whole", () => {
  const size = fc.integer({ min: 0, max: 700 });
  fc.assert(
    fc.property(size, size, size, (a, b, c) => {
      const [from, to, end] = [a, b, c].sort((left, right) => left - right) as [number, number, number];
      const frontier = new MerkleFrontier();
      const pushCover = (start: number, stop: number) => {
        let at = start;
        for (const level of coveringLevels(start, stop)) {
          frontier.push(new MerkleTree(leaves.slice(at, at + 2 ** level)).root(), level);
          at += 2 ** level;
        }
        equal(at, stop);
      };
      pushCover(0, from);
      for (const leaf of leaves.slice(from, to)) frontier.push(leaf);
      pushCover(to, end);
      deepEqual(frontier.root(), new MerkleTree(leaves.slice(0, end)).root());
    }),
    { numRuns: 60 },
  );
});

test("a range takes few subtrees to cover, however long it is", () => {
  equal(coveringLevels(0, 2 ** 40 - 1).length, 40);
  equal(coveringLevels(1, 2 ** 40 - 1).length <= 80, true);
  deepEqual(coveringLevels(5, 5), []);
});

test("the log's tree knows its root and any complete subtree across its tiles", async () => {
  const tree = new AuditTree();
  for (const leaf of leaves) tree.append(leaf);
  deepEqual(tree.root(), frontierOf(3_000).root());
  const read = async (from: number, to: number) => leaves.slice(from, to);
  for (const [start, level] of [
    [0, 11],
    [2_048, 9],
    [1_024, 10],
    [2_998, 1],
    [2_999, 0],
  ] as const) {
    const expected = new MerkleTree(leaves.slice(start, start + 2 ** level)).root();
    deepEqual(await tree.subtreeRoot(start, level, read), expected);
  }
});
