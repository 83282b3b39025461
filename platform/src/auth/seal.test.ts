import { equal, notDeepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../random/random.ts";
import { createSeal, deriveSealingKey } from "./seal.ts";

const key = new Uint8Array(32).fill(7);

test("a sealed secret opens for its owner with its key, and for nothing else", () => {
  const seal = createSeal(key, systemRandom);
  const sealed = seal.seal("JBSWY3DPEHPK3PXP", "per_ada");
  equal(seal.open(sealed, "per_ada"), "JBSWY3DPEHPK3PXP");
  throws(() => seal.open(sealed, "per_eve"), { code: "SEAL_BROKEN" });
  throws(() => createSeal(new Uint8Array(32), systemRandom).open(sealed, "per_ada"), { code: "SEAL_BROKEN" });
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed);
    changed[index]! ^= 1;
    throws(() => seal.open(changed, "per_ada"), { code: "SEAL_BROKEN" });
  }
  throws(() => seal.open(sealed.subarray(0, 5), "per_ada"), { code: "SEAL_BROKEN" });
});

test("keys of one secret for two purposes are two keys", () => {
  const sealed = createSeal(deriveSealingKey("a secret", "one"), systemRandom).seal("x", "per_ada");
  equal(createSeal(deriveSealingKey("a secret", "one"), systemRandom).open(sealed, "per_ada"), "x");
  const other = createSeal(deriveSealingKey("a secret", "two"), systemRandom);
  throws(() => other.open(sealed, "per_ada"), { code: "SEAL_BROKEN" });
});

test("the same secret never looks the same twice", () => {
  const seal = createSeal(key, systemRandom);
  notDeepEqual(seal.seal("secret", "per_ada"), seal.seal("secret", "per_ada"));
});
