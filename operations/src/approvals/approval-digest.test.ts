import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { sha256, sha256Hex } from "@assay/primitives/hash";
import { approvalBytes, approvalCode, type BoundAction } from "./approval-digest.ts";

const bound: BoundAction = {
  action: "coinhubx.trading.enable",
  params: { reason: "books agree again" },
  target: "coinhubx",
  environment: "local",
  runbook: { id: "kill-switch-trading", version: 1, sha256: "ab".repeat(32) },
  step: "enable",
  requester: { id: "per_1", name: "Ada" },
  precondition: { description: "cd".repeat(32), state: "7" },
  nonce: "00".repeat(16),
  notBefore: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-02T00:00:00.000Z",
};

test("the digest is over a domain tag, a newline and the canonical JSON of what is bound", () => {
  const text = new TextDecoder().decode(approvalBytes(bound));
  equal(text.slice(0, text.indexOf("\n") + 1), "assay.approval.v1\n");
  equal(
    text.slice(text.indexOf("\n") + 1),
    `{"action":"coinhubx.trading.enable","environment":"local","expiresAt":"2026-01-02T00:00:00.000Z",` +
      `"nonce":"${"00".repeat(16)}","notBefore":"2026-01-01T00:00:00.000Z","params":{"reason":"books agree again"},` +
      `"precondition":{"description":"${"cd".repeat(32)}","state":"7"},"requester":{"id":"per_1","name":"Ada"},` +
      `"runbook":{"id":"kill-switch-trading","sha256":"${"ab".repeat(32)}","version":1},"step":"enable",` +
      `"target":"coinhubx"}`,
  );
});

test("a change of any bound member changes the digest", () => {
  const changes: Partial<BoundAction>[] = [
    { action: "coinhubx.trading.disable" },
    { params: { reason: "books agree again " } },
    { params: {} },
    { target: "coinscious" },
    { environment: "production" },
    { runbook: null },
    { runbook: { ...bound.runbook!, version: 2 } },
    { step: null },
    { requester: { id: "per_2", name: "Ada" } },
    { precondition: { ...bound.precondition, state: "8" } },
    { nonce: "01".repeat(16) },
    { notBefore: "2026-01-01T00:00:00.001Z" },
    { expiresAt: "2026-01-02T00:00:00.001Z" },
  ];
  const digests = new Set(changes.map((change) => sha256Hex(approvalBytes({ ...bound, ...change }))));
  equal(digests.size, changes.length);
  equal(digests.has(sha256Hex(approvalBytes(bound))), false);
});

test("the order in which members were written does not matter, and members that are not bound do not count", () => {
  const reversed = Object.fromEntries(Object.entries(bound).reverse()) as BoundAction;
  deepEqual(approvalBytes(reversed), approvalBytes(bound));
  deepEqual(approvalBytes({ ...bound, sentence: "harmless" } as BoundAction), approvalBytes(bound));
});

test("the code is the first forty bits in Crockford's base 32", () => {
  equal(approvalCode(new Uint8Array(32)), "0000-0000");
  equal(approvalCode(new Uint8Array(32).fill(0xff)), "ZZZZ-ZZZZ");
  // 0x00 44 32 14 C7 = 00000 00001 00010 00011 00100 00101 00110 00111
  equal(approvalCode(Uint8Array.of(0x00, 0x44, 0x32, 0x14, 0xc7)), "0123-4567");
  equal(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/.test(approvalCode(sha256(approvalBytes(bound)))), true);
  notEqual(approvalCode(sha256("a")), approvalCode(sha256("b")));
});

test("the console's WebCrypto reaches the server's digest", async () => {
  const bytes = approvalBytes(bound);
  const browser = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  deepEqual(new Uint8Array(browser), sha256(bytes));
});
