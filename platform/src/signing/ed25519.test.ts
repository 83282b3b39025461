import { deepEqual, equal, rejects } from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fromHex, toHex, utf8 } from "@assay/primitives/bytes";
import { loadOrCreateSigningKey, newSigningKey, signingKeyFromSeed, verifySignature } from "./ed25519.ts";

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "assay-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("keys and signatures are those of RFC 8032", () => {
  // Section 7.1, TEST 2.
  const key = signingKeyFromSeed(fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  equal(toHex(key.publicKey), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const signature = key.sign(fromHex("72"));
  equal(
    toHex(signature),
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  );
  equal(verifySignature(fromHex("72"), signature, key.publicKey), true);
});

test("a changed byte of message, signature or key does not verify, and nonsense does not throw", () => {
  const key = newSigningKey();
  const message = utf8("pay 1");
  const signature = key.sign(message);
  const changed = signature.map((byte, index) => (index === 10 ? byte ^ 1 : byte));
  equal(verifySignature(utf8("pay 2"), signature, key.publicKey), false);
  equal(verifySignature(message, changed, key.publicKey), false);
  equal(verifySignature(message, signature, newSigningKey().publicKey), false);
  equal(verifySignature(message, new Uint8Array(3), key.publicKey), false);
  equal(verifySignature(message, signature, new Uint8Array(3)), false);
});

test("a key is made once, readable by its owner only, and found again", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "keys", "plane.pem");
  const key = await loadOrCreateSigningKey(path);
  deepEqual((await loadOrCreateSigningKey(path)).publicKey, key.publicKey);
  equal((await stat(path)).mode & 0o777, 0o600);
});

test("of many that start together all use the same key and leave nothing else behind", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "key.pem");
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateSigningKey(path)));
  equal(new Set(keys.map(({ id }) => id)).size, 1);
  deepEqual(await readdir(folder.path), ["key.pem"]);
});

test("a key file that others may read, or that is no key, is refused", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "key.pem");
  await loadOrCreateSigningKey(path);
  await chmod(path, 0o644);
  await rejects(loadOrCreateSigningKey(path), { code: "SIGNING_KEY_UNREADABLE" });
  await chmod(path, 0o600);
  await writeFile(path, "not a key");
  await rejects(loadOrCreateSigningKey(path), { code: "SIGNING_KEY_UNREADABLE" });
});
