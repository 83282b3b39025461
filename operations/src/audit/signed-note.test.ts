import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { verifySignature } from "@assay/platform/signing/ed25519";
import { utf8 } from "@assay/primitives/bytes";
import { EMPTY_ROOT } from "@assay/primitives/merkle";
import { testSigner } from "./audit-fixture.ts";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from "./signed-note.ts";

// Published with the reference implementation of the format, golang.org/x/mod/sumdb/note.
const PETER_WEINBERGER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PUBLISHED_TEXT = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`;
const PUBLISHED_NOTE = `${PUBLISHED_TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

test("the published example of the format opens with its published key", () => {
  const verifier = parseVerifierKey(PETER_WEINBERGER);
  equal(verifier.ok && verifier.value.name, "PeterNeumann");
  if (!verifier.ok) return;
  equal(formatVerifierKey(verifier.value), PETER_WEINBERGER);
  deepEqual(openNote(PUBLISHED_NOTE, verifier.value, verifySignature), { ok: true, value: PUBLISHED_TEXT });
});

test("any changed byte of a note is refused", () => {
  const signer = testSigner();
  const note = signNote(formatCheckpoint({ origin: signer.name, size: 3, root: EMPTY_ROOT }), signer);
  const verifier = parseVerifierKey(formatVerifierKey(signer));
  equal(verifier.ok && openNote(note, verifier.value, verifySignature).ok, true);
  const bytes = utf8(note);
  for (let index = 0; index < bytes.length; index += 1) {
    for (const mask of [0x01, 0x02, 0x04, 0x20, 0x80]) {
      const changed = Uint8Array.from(bytes);
      changed[index]! ^= mask;
      const text = new TextDecoder().decode(changed);
      equal(verifier.ok && openNote(text, verifier.value, verifySignature).ok, false, `byte ${index} ^ ${mask}`);
    }
  }
});

test("a note of somebody else, or of the same name with another key, is not ours", () => {
  const [ours, theirs] = [testSigner("log"), testSigner("log")];
  const verifier = parseVerifierKey(formatVerifierKey(ours));
  const note = signNote("log\n0\nAAAA\n", theirs);
  deepEqual(verifier.ok && openNote(note, verifier.value, verifySignature), {
    ok: false,
    refusal: { code: "NOT_SIGNED_BY_THIS_KEY" },
  });
});

test("a verifier key has one spelling", () => {
  const key = formatVerifierKey(testSigner());
  for (const changed of [` ${key}`, `${key}=`, key.toUpperCase(), key.replace("+", "++"), key.slice(0, -1), ""]) {
    equal(parseVerifierKey(changed).ok, false, changed);
  }
});

test("a checkpoint says origin, size and root, and has one spelling", () => {
  const text = formatCheckpoint({ origin: "assay.test/audit", size: 12, root: EMPTY_ROOT });
  equal(text, "assay.test/audit\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
  equal(parseCheckpoint(text).ok, true);
  for (const changed of [
    text.replace("12", "012"),
    text.replace("12", "-1"),
    `${text}extension\n`,
    text.replace("FU=", "FV="),
    text.slice(0, -1),
  ]) {
    equal(parseCheckpoint(changed).ok, false, changed);
  }
});
