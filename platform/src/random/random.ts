import { randomBytes, randomInt } from "node:crypto";
import { assert } from "@assay/primitives/assert";

/** Where a process gets its chance from; simulators pass a seeded one. */
export interface Random {
  /** `count` uniformly random bytes. */
  bytes(count: number): Uint8Array;
  /** A uniform whole number, 0 ≤ n < `below`; `below` is at most 2^47. */
  integer(below: number): number;
}

export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  integer: (below) => randomInt(below),
};

/** Repeats the same sequence for the same seed (splitmix64). Never a source of secrets. */
export function seededRandom(seed: number): Random {
  assert(Number.isSafeInteger(seed) && seed >= 0, "a seed is a whole number");
  let state = BigInt(seed);
  const next = (): bigint => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let mixed = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  };
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => Number(next() & 0xffn)),
    integer: (below) => {
      assert(Number.isInteger(below) && below > 0 && below <= 2 ** 47, "a range is whole and not empty");
      return Number(next() % BigInt(below));
    },
  };
}
