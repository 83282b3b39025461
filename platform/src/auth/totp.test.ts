import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { addMs, toInstant } from "@assay/primitives/instant";
import { seededRandom } from "../random/random.ts";
import { hashOpaqueToken, newOpaqueToken } from "./opaque-token.ts";
import { newTotpSecret, totpCode, totpUri, verifyTotp } from "./totp.ts";

// RFC 6238 appendix B: the ASCII secret 12345678901234567890; its 8-digit codes end in these 6.
const RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RFC_CODES: readonly (readonly [number, string])[] = [
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
];
const NOW = toInstant(1_700_000_010_000);

function verify(code: string, now = NOW, lastUsedStep?: number) {
  return verifyTotp({ secret: RFC_SECRET, code, now, lastUsedStep });
}

test("codes are those of RFC 6238", () => {
  for (const [seconds, code] of RFC_CODES) equal(totpCode(RFC_SECRET, toInstant(seconds * 1_000)), code);
});

test("a code of this step or one next to it is accepted, older and newer ones are not", () => {
  const code = totpCode(RFC_SECRET, NOW);
  deepEqual(
    [-60_000, -30_000, 0, 30_000, 60_000].map((off) => verify(code, addMs(NOW, off)).ok),
    [false, true, true, true, false],
  );
});

test("each code is accepted once", () => {
  const code = totpCode(RFC_SECRET, NOW);
  const first = verify(code);
  equal(first.ok, true);
  const { step } = first.ok ? first.value : { step: -1 };
  equal(verify(code, NOW, step).ok, false);
  equal(verify(code, addMs(NOW, 30_000), step).ok, false);
  equal(verify(totpCode(RFC_SECRET, addMs(NOW, 30_000)), addMs(NOW, 30_000), step).ok, true);
});

test("what is not six digits is refused", () => {
  for (const code of ["", "12345", "1234567", "12345a", " 123456", "１２３４５６"]) equal(verify(code).ok, false);
});

test("a new secret has 160 bits and goes into an address for authenticator applications", () => {
  const secret = newTotpSecret(seededRandom(1));
  match(secret, /^[A-Z2-7]{32}$/);
  const uri = new URL(totpUri({ issuer: "Assay", account: "ann@example.com", secret }));
  equal(uri.protocol, "otpauth:");
  equal(uri.searchParams.get("secret"), secret);
  equal(uri.searchParams.get("issuer"), "Assay");
});

test("an opaque token is found by its hash and carries its prefix", () => {
  const { token, tokenHash } = newOpaqueToken(seededRandom(2), "ses");
  match(token, /^ses_[\w-]{43}$/);
  deepEqual(hashOpaqueToken(token), tokenHash);
  match(newOpaqueToken(seededRandom(2)).token, /^[\w-]{43}$/);
});
