import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "./bytes.ts";
import { EMPTY_ROOT, leafHash, MerkleTree, nodeHash, verifyConsistency, verifyInclusion } from "./merkle.ts";

// The leaves, roots and proofs published with the Certificate Transparency reference implementation.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  (hex) => leafHash(fromHex(hex)),
);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const PUBLISHED = new MerkleTree(LEAVES);

function hexes(hashes: readonly Uint8Array[]): string[] {
  return hashes.map(toHex);
}

test("the published roots of the reference tree are ours at every size", () => {
  ROOTS.forEach((root, size) => void equal(toHex(PUBLISHED.root(size)), root));
  deepEqual(EMPTY_ROOT, PUBLISHED.root(0));
});

test("the published inclusion proofs of the reference tree are ours", () => {
  deepEqual(hexes(PUBLISHED.inclusionProof(0, 1)), []);
  deepEqual(hexes(PUBLISHED.inclusionProof(0, 8)), [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  ]);
  deepEqual(hexes(PUBLISHED.inclusionProof(5, 8)), [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  ]);
  deepEqual(hexes(PUBLISHED.inclusionProof(2, 3)), [
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  ]);
});

test("the published consistency proofs of the reference tree are ours", () => {
  deepEqual(hexes(PUBLISHED.consistencyProof(1, 8)), [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  ]);
  deepEqual(hexes(PUBLISHED.consistencyProof(6, 8)), [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  ]);
  deepEqual(hexes(PUBLISHED.consistencyProof(2, 5)), [
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  ]);
  deepEqual(PUBLISHED.consistencyProof(1, 1), []);
});

const MANY = Array.from({ length: 300 }, (_, index) => leafHash(Uint8Array.of(index >> 8, index & 0xff)));
const TREE = new MerkleTree(MANY);
const size = fc.integer({ min: 1, max: MANY.length });

/** RFC 6962 §2.1, written as it is defined. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length <= 1) return leaves[0] ?? EMPTY_ROOT;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

test("the root is what the definition says", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MANY.length }), (count) => {
      deepEqual(TREE.root(count), rootByDefinition(MANY.slice(0, count)));
    }),
    { numRuns: 60 },
  );
});

test("every inclusion proof verifies, and no other leaf, place, size or altered proof does", () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), (count, somewhere, flip) => {
      const index = somewhere % count;
      const proof = TREE.inclusionProof(index, count);
      const claim = { leaf: MANY[index]!, index, size: count, proof, root: TREE.root(count) };
      equal(verifyInclusion(claim), true);
      equal(verifyInclusion({ ...claim, leaf: MANY[(index + 1) % MANY.length]! }), false);
      equal(verifyInclusion({ ...claim, index: index + 1 }), false);
      equal(verifyInclusion({ ...claim, index: -1 }), false);
      equal(verifyInclusion({ ...claim, proof: [...proof, EMPTY_ROOT] }), false);
      if (proof.length === 0) return;
      equal(verifyInclusion({ ...claim, proof: proof.slice(1) }), false);
      const altered = proof.map((hash) => Uint8Array.from(hash));
      altered[flip % proof.length]![flip % 32]! ^= 1;
      equal(verifyInclusion({ ...claim, proof: altered }), false);
    }),
    { numRuns: 100 },
  );
});

test("every consistency proof verifies, and none does for a tree whose past was changed", () => {
  fc.assert(
    fc.property(size, size, fc.nat(), (a, b, flip) => {
      const [oldSize, count] = [Math.min(a, b), Math.max(a, b)];
      const proof = TREE.consistencyProof(oldSize, count);
      const claim = { oldSize, oldRoot: TREE.root(oldSize), size: count, root: TREE.root(count), proof };
      equal(verifyConsistency(claim), true);
      const rewritten = [...MANY.slice(0, count)];
      rewritten[flip % oldSize] = leafHash(Uint8Array.of(1, 2, 3));
      const other = new MerkleTree(rewritten);
      equal(verifyConsistency({ ...claim, root: other.root() }), false);
      equal(verifyConsistency({ ...claim, root: other.root(), proof: other.consistencyProof(oldSize) }), false);
      equal(verifyConsistency({ ...claim, oldRoot: other.root(oldSize) }), false);
      equal(verifyConsistency({ ...claim, proof: [...proof, EMPTY_ROOT] }), false);
      if (proof.length > 0) equal(verifyConsistency({ ...claim, proof: proof.slice(0, -1) }), false);
    }),
    { numRuns: 100 },
  );
});

test("a leaf is never read as a node", () => {
  const joined = new Uint8Array([...MANY[0]!, ...MANY[1]!]);
  equal(toHex(leafHash(joined)) === toHex(nodeHash(MANY[0]!, MANY[1]!)), false);
});
