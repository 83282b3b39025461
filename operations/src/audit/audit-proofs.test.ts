import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { createJobs } from "@assay/platform/jobs/jobs";
import { silentLogger } from "@assay/platform/logging/logger";
import { sql } from "@assay/platform/storage/sql";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { toHex, utf8 } from "@assay/primitives/bytes";
import { addMs, DAY_MS, toInstant } from "@assay/primitives/instant";
import { leafHash, MerkleTree, verifyConsistency } from "@assay/primitives/merkle";
import fc from "fast-check";
import { auditEntry, OPERATIONS_MIGRATIONS, openTestAudit, readBundle, testSigner } from "./audit-fixture.ts";
import { AuditUpkeep } from "./audit-upkeep.ts";
import { verifyBundle } from "./verify-bundle.ts";
import { httpWitness, WITNESS_QUEUE, Witnesses } from "./witnesses.ts";

const migrated = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

async function codeOf(bundle: Uint8Array, options: Parameters<typeof verifyBundle>[1] = {}): Promise<string> {
  const verified = await verifyBundle([bundle], options);
  return verified.ok ? "verified" : verified.refusal.code;
}

test("a consistency proof between any two sizes is the one of RFC 6962, and verifies", async () => {
  await using database = await startTestDatabase(migrated);
  await using audit = await openTestAudit(database.app);
  const size = 700;
  await Promise.all(
    Array.from({ length: size }, (_, index) => audit.append(undefined, auditEntry("one.done", { index }))),
  );
  await audit.checkpoint();
  const leaves = await database.app.query<{ leaf: string }>(sql`select leaf from audit_entries order by sequence`);
  const reference = new MerkleTree(leaves.map(({ leaf }) => leafHash(utf8(leaf))));
  const place = fc.integer({ min: 0, max: size });
  await fc.assert(
    fc.asyncProperty(place, place, async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const { fromRoot, toRoot, proof } = await audit.consistency(from, to);
      deepEqual(proof.map(toHex), reference.consistencyProof(from, to).map(toHex));
      deepEqual([toHex(fromRoot), toHex(toRoot)], [toHex(reference.root(from)), toHex(reference.root(to))]);
      ok(verifyConsistency({ oldSize: from, oldRoot: fromRoot, size: to, root: toRoot, proof }));
      if (from > 0 && from < to) {
        const other = leafHash(utf8("another past"));
        equal(verifyConsistency({ oldSize: from, oldRoot: other, size: to, root: toRoot, proof }), false);
      }
    }),
    { numRuns: 40 },
  );
});

test("an export that does not pass through an earlier checkpoint carries the proof that the log only grew", async () => {
  await using database = await startTestDatabase(migrated);
  await using other = await startTestDatabase(migrated);
  const signer = testSigner();
  await using audit = await openTestAudit(database.app, { signer });
  for (let index = 0; index < 5; index += 1) await audit.append(undefined, auditEntry("one.done", { index }));
  const earlier = (await audit.checkpoint()).note;
  for (let index = 5; index < 13; index += 1) await audit.append(undefined, auditEntry("one.done", { index }));
  equal(await codeOf(await readBundle(audit, { from: 11 }), { earlier }), "CHECKPOINT_NOT_COMPARABLE");
  equal(await codeOf(await readBundle(audit, { from: 11, since: 5 }), { earlier }), "verified");
  equal(await codeOf(await readBundle(audit, { from: 11, since: 4 }), { earlier }), "CHECKPOINT_NOT_COMPARABLE");
  await using rewritten = await openTestAudit(other.app, { signer });
  for (let index = 20; index < 33; index += 1) await rewritten.append(undefined, auditEntry("one.done", { index }));
  equal(await codeOf(await readBundle(rewritten, { from: 11, since: 5 }), { earlier }), "CHECKPOINT_CONTRADICTED");
});

test("a filtered export proves what it leaves out, and a search finds by who, what, whom and when", async () => {
  await using database = await startTestDatabase(migrated);
  const clock = new MovedClock();
  await using audit = await openTestAudit(database.app, { clock });
  const mallory = { kind: "customer", id: 'x","kind":"person', name: "Mallory" } as const;
  await audit.append(
    undefined,
    auditEntry("coinhubx.trading.enable.approved", { actor: { id: "per_eve", kind: "x" } }),
  );
  await audit.append(undefined, { ...auditEntry("session.opened"), actor: mallory, target: 'coinhubx"' });
  await clock.advance(60_000);
  await audit.append(undefined, auditEntry("coinhubx.trading.disable.begun", { note: ',"target":"ses_1","v":1}' }));
  await audit.append(undefined, { ...auditEntry("session.ended"), target: "ses_1" });
  const found = async (filter: Parameters<typeof audit.list>[0] extends infer Q ? Omit<Q & object, "limit"> : never) =>
    (await audit.list({ limit: 10, ...filter })).map(({ sequence }) => sequence).sort();
  deepEqual(await found({ action: "coinhubx.trading" }), [0, 2]);
  deepEqual(await found({ actorId: mallory.id }), [1]);
  deepEqual(await found({ actorId: "per_ada" }), [0, 2, 3]);
  deepEqual(await found({ target: "ses_1" }), [3]);
  deepEqual(await found({ target: 'coinhubx"' }), [1]);
  deepEqual(await found({ since: clock.now(), action: "session" }), [3]);
  deepEqual(await found({ until: clock.now() }), [0, 1]);
  const bundle = await readBundle(audit, { filter: { action: "session", since: toInstant(0) } });
  const verified = await verifyBundle([bundle]);
  deepEqual(verified.ok && [verified.value.from, verified.value.to, verified.value.omitted], [0, 4, 2]);
  const text = new TextDecoder().decode(bundle);
  equal(text.includes("trading"), false);
  ok(text.includes('"filter":{"action":"session","since":"1970-01-01T00:00:00.000Z"}'));
  const hidden = text.replace(/\{"action":"session\.opened.*\},\n/, `{"omitted":"${"ab".repeat(32)}"},\n`);
  equal(await codeOf(utf8(hidden)), "ROOT_DIFFERS");
});

test("after their retention payloads are gone, hashes stay, and what was proved before still verifies", async () => {
  await using database = await startTestDatabase(migrated);
  const [clock, signer] = [new MovedClock(toInstant(Date.UTC(2015, 0, 1))), testSigner()];
  let earlier = "";
  let before = new Uint8Array();
  {
    await using audit = await openTestAudit(database.app, { clock, signer });
    for (let index = 0; index < 5; index += 1) await audit.append(undefined, auditEntry("old.done", { index }));
    earlier = (await audit.checkpoint()).note;
    await clock.advance(3_000 * DAY_MS);
    await audit.append(undefined, auditEntry("new.done"));
    before = new Uint8Array(await readBundle(audit));
    const pager = { auditDisagrees: async () => undefined };
    const edges = {
      database: database.app,
      clock,
      logger: silentLogger,
      pager,
      witnesses: { sendNew: async () => undefined },
    };
    await using upkeep = new AuditUpkeep({ ...edges, audit, retentionMs: 2_557 * DAY_MS });
    equal(await upkeep.prune(), 5);
    equal(await upkeep.prune(), 5);
    deepEqual(
      (await audit.list({ limit: 10 })).map(({ action }) => action),
      ["audit.payloads.pruned", "new.done"],
    );
  }
  equal(await codeOf(before, { earlier }), "verified");
  await using audit = await openTestAudit(database.app, { clock, signer });
  equal(audit.problem, undefined);
  const bundle = await readBundle(audit);
  const verified = await verifyBundle([bundle], { earlier });
  deepEqual(verified.ok && [verified.value.to, verified.value.omitted], [7, 5]);
});

test("nobody takes a payload that is younger than a year, and none comes back changed", async () => {
  await using database = await startTestDatabase(migrated);
  await using audit = await openTestAudit(database.app);
  await audit.append(undefined, auditEntry("one.done"));
  await rejects(audit.prune(toInstant(Date.now())));
  await rejects(database.database.execute(sql`update audit_entries set leaf = null`));
  await rejects(database.app.execute(sql`update audit_retention set pruned_to = 9`));
});

test("an entry without its payload and with another hash is not believed", async () => {
  await using database = await startTestDatabase(migrated);
  const signer = testSigner();
  const opened = await openTestAudit(database.app, { signer });
  await opened.append(undefined, auditEntry("one.done"));
  await opened.checkpoint();
  await opened[Symbol.asyncDispose]();
  await database.database.execute(sql`alter table audit_entries disable trigger user`);
  await database.database.execute(sql`update audit_entries set leaf = null, leaf_hash = sha256('x')`);
  await using audit = await openTestAudit(database.app, { signer });
  equal(audit.problem?.code, "AUDIT_LOG_INCONSISTENT");
});

test("a witness gets the newest signed note by a durable job, and its silence is known", async () => {
  await using database = await startTestDatabase(migrated);
  await using receiver = await startHttpReceiver();
  await using audit = await openTestAudit(database.app);
  const clock = new MovedClock();
  const sent: (string | undefined)[] = [];
  const defined: string[] = [];
  const witnesses = new Witnesses({
    ...{ database: database.app, clock, logger: silentLogger, witnesses: [httpWitness(receiver.url)] },
    jobs: {
      define: (queue) => void defined.push(queue),
      send: async (_, __, options) => String(sent.push(options?.singletonKey)),
    },
  });
  await audit.append(undefined, auditEntry("one.done"));
  const { note } = await audit.checkpoint();
  await witnesses.sendNew();
  await witnesses.sendNew();
  deepEqual([defined, sent], [[WITNESS_QUEUE], [receiver.url]]);
  receiver.answer(503);
  await rejects(witnesses.deliver(receiver.url), { code: "WITNESS_REFUSED", retryable: true });
  await clock.advance(1_000);
  await rejects(witnesses.deliver(receiver.url));
  const [failing] = await witnesses.states();
  deepEqual([failing?.error, failing?.failingSince], ["WITNESS_REFUSED", addMs(clock.now(), -1_000)]);
  receiver.answer(200);
  await witnesses.deliver(receiver.url);
  equal(new TextDecoder().decode(receiver.requests.at(-1)?.rawBody), note);
  const [known] = await witnesses.states();
  deepEqual([known?.size, known?.error, known?.takenAt], [1, null, clock.now()]);
});

test("the queue itself brings a signed note to a witness that was away", async () => {
  await using database = await startTestDatabase(migrated);
  await using receiver = await startHttpReceiver();
  await using audit = await openTestAudit(database.app);
  receiver.answer(503);
  await using jobs = createJobs({ url: database.url, schema: "operations_jobs", logger: silentLogger });
  const known = [httpWitness(receiver.url)];
  const edges = { database: database.app, clock: systemClock, logger: silentLogger };
  const witnesses = new Witnesses({ ...edges, jobs, witnesses: known });
  await jobs.start();
  await audit.append(undefined, auditEntry("one.done"));
  const { note } = await audit.checkpoint();
  await witnesses.sendNew();
  await receiver.waitForRequest(() => true, 20_000);
  receiver.answer(200);
  await receiver.waitForRequest(() => receiver.requests.length > 1, 20_000);
  equal(new TextDecoder().decode(receiver.requests.at(-1)?.rawBody), note);
});
