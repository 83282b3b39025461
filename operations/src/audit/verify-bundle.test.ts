import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { utf8 } from "@assay/primitives/bytes";
import fc from "fast-check";
import { auditEntry, OPERATIONS_MIGRATIONS, openTestAudit, readBundle, testSigner } from "./audit-fixture.ts";
import { verifyBundle } from "./verify-bundle.ts";

const migrated = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

async function codeOf(bundle: Uint8Array, options: Parameters<typeof verifyBundle>[1] = {}): Promise<string> {
  const result = await verifyBundle([bundle], options);
  return result.ok ? "verified" : result.refusal.code;
}

test("a bundle is one JSON document whose every changed byte is refused", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  for (let index = 0; index < 7; index += 1) await audit.append(undefined, auditEntry("flag.changed", { ä: index }));
  const bundle = await readBundle(audit, { from: 2, to: 5 });
  equal(await codeOf(bundle, { verifierKey: audit.verifierKey }), "verified");
  equal((JSON.parse(new TextDecoder().decode(bundle)) as { entries: unknown[] }).entries.length, 3);
  for (let index = 0; index < bundle.length; index += 1) {
    for (const mask of [0x01, 0x02, 0x20]) {
      const changed = Uint8Array.from(bundle);
      changed[index]! ^= mask;
      if ((await codeOf(changed)) === "verified") equal(index, -1, `byte ${index} ^ ${mask} went unseen`);
    }
  }
  for (const changed of [bundle.slice(0, -1), bundle.slice(1), Buffer.concat([bundle, utf8("\n")]), new Uint8Array()]) {
    equal(await codeOf(changed), "BUNDLE_MALFORMED");
  }
});

test("removed, added, repeated and reordered entries are refused", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  for (let index = 0; index < 4; index += 1) await audit.append(undefined, auditEntry("flag.changed", { index }));
  const [header, first, second, third, last, closing] = new TextDecoder().decode(await readBundle(audit)).split("\n");
  const write = (...lines: unknown[]) => codeOf(utf8(`${lines.join("\n")}\n`));
  equal(await write(header, first, second, third, last, closing), "verified");
  equal(await write(header, first, third, last, closing), "BUNDLE_MALFORMED");
  equal(await write(header, first, first, second, third, last, closing), "BUNDLE_MALFORMED");
  equal(await write(header, first, third, second, last, closing), "ROOT_DIFFERS");
  equal(await write(header, first, second, second, last, closing), "ROOT_DIFFERS");
  equal(await write(header, first, second, third, last), "BUNDLE_MALFORMED");
});

test("every range of the log verifies, however the bytes arrive", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  const size = 40;
  await Promise.all(Array.from({ length: size }, (_, i) => audit.append(undefined, auditEntry("flag.changed", { i }))));
  const place = fc.integer({ min: 0, max: size });
  await fc.assert(
    fc.asyncProperty(place, place, fc.integer({ min: 1, max: 900 }), async (a, b, piece) => {
      const bundle = await readBundle(audit, { from: Math.min(a, b), to: Math.max(a, b) });
      const pieces = [];
      for (let at = 0; at < bundle.length; at += piece) pieces.push(bundle.subarray(at, at + piece));
      const verified = await verifyBundle(pieces, { verifierKey: audit.verifierKey });
      deepEqual(verified.ok && [verified.value.from, verified.value.to, verified.value.size], [
        Math.min(a, b),
        Math.max(a, b),
        size,
      ]);
    }),
    { numRuns: 40 },
  );
});

test("a bundle re-signed with another key is refused by whoever pinned the first", async () => {
  await using test = await startTestDatabase(migrated);
  await using forged = await openTestAudit(test.app);
  await forged.append(undefined, auditEntry("flag.changed"));
  const bundle = await readBundle(forged);
  const unpinned = await verifyBundle([bundle]);
  equal(unpinned.ok && unpinned.value.keyPinned, false);
  equal(await codeOf(bundle, { verifierKey: `${testSigner().name}+00000000+AAAA` }), "KEY_NOT_TRUSTED");
});

test("a checkpoint kept from earlier exposes a log that was rewritten since", async () => {
  await using test = await startTestDatabase(migrated);
  await using rewritten = await startTestDatabase(migrated);
  const signer = testSigner();
  await using audit = await openTestAudit(test.app, { signer });
  for (let index = 0; index < 3; index += 1) await audit.append(undefined, auditEntry("flag.changed", { index }));
  const earlier = (await audit.checkpoint()).note;
  await audit.append(undefined, auditEntry("flag.changed", { index: 3 }));
  equal(await codeOf(await readBundle(audit), { earlier }), "verified");
  // Without any entry, the bundle is a consistency proof between the two checkpoints.
  equal(await codeOf(await readBundle(audit, { from: 3, to: 3 }), { earlier }), "verified");
  equal(await codeOf(await readBundle(audit, { from: 0, to: 1 }), { earlier }), "CHECKPOINT_NOT_COMPARABLE");
  await using other = await openTestAudit(rewritten.app, { signer });
  for (let index = 9; index > 5; index -= 1) await other.append(undefined, auditEntry("flag.changed", { index }));
  equal(await codeOf(await readBundle(other), { earlier }), "CHECKPOINT_CONTRADICTED");
});
