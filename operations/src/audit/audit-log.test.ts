import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { Failure } from "@assay/primitives/failure";
import { addMs, toInstant } from "@assay/primitives/instant";
import {
  auditEntry,
  type MemoryFolder,
  memoryFolder,
  OPERATIONS_MIGRATIONS,
  openTestAudit,
  readBundle,
  type TestAuditOptions,
  testSigner,
} from "./audit-fixture.ts";
import { openCheckpointFolder } from "./checkpoint-folder.ts";
import { verifyBundle } from "./verify-bundle.ts";

const migrated = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

test("entries of many callers are committed together, in one order without gaps", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  const receipts = await Promise.all(
    Array.from({ length: 2_500 }, (_, index) => audit.append(undefined, auditEntry("session.opened", { index }))),
  );
  deepEqual(
    receipts.map(({ sequence }) => sequence),
    receipts.map((_, index) => index),
  );
  const newest = await audit.list({ limit: 1 });
  deepEqual(newest[0]?.details, { index: 2_499 });
  equal(newest[0]?.sequence, 2_499);
});

test("an entry inside a transaction stands or falls with it and leaves no gap", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  await rejects(
    test.app.transaction(async (transaction) => {
      await audit.append(transaction, auditEntry("people.added"));
      throw new Error("changed our mind");
    }),
    /changed our mind/,
  );
  const kept = await test.app.transaction((transaction) => audit.append(transaction, auditEntry("people.added")));
  equal(kept.sequence, 0);
  const [first, second] = await Promise.all([
    test.app.transaction((transaction) => audit.append(transaction, auditEntry("people.removed"))),
    audit.append(undefined, auditEntry("session.opened")),
  ]);
  deepEqual([first.sequence, second.sequence].sort(), [1, 2]);
});

test("an entry before an act is signed outside the database before the call returns", async () => {
  await using test = await startTestDatabase(migrated);
  const checkpoints = memoryFolder();
  await using audit = await openTestAudit(test.app, { checkpoints });
  const { sequence } = await audit.appendBeforeAct(auditEntry("coinhubx.trading.enable.approved"));
  const size = Number(checkpoints.notes.at(-1)!.split("\n")[1]);
  ok(size > sequence);
});

test("an act whose entry cannot be written is not begun: the call fails and says it may be tried again", async () => {
  await using test = await startTestDatabase(migrated);
  const checkpoints = memoryFolder();
  await using audit = await openTestAudit(test.app, { checkpoints });
  const unavailable = (error: unknown) =>
    error instanceof Failure && error.code === "AUDIT_UNAVAILABLE" && error.retryable;
  checkpoints.full = true;
  await rejects(audit.appendBeforeAct(auditEntry("coinhubx.trading.enable.approved")), unavailable);
  checkpoints.full = false;
  await test.database.execute(sql`revoke insert on audit_entries from operations_app`);
  await rejects(audit.appendBeforeAct(auditEntry("coinhubx.trading.enable.approved")), unavailable);
  await rejects(audit.append(undefined, auditEntry("session.opened")));
});

test("the database refuses to change, remove or empty what was written, also for its owner", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  await audit.appendBeforeAct(auditEntry("session.opened"));
  for (const statement of [
    sql`update audit_entries set leaf = '{}'`,
    sql`delete from audit_entries`,
    sql`truncate audit_entries`,
    sql`update audit_checkpoints set note = ''`,
    sql`delete from audit_checkpoints`,
  ]) {
    await rejects(test.database.execute(statement), statement.text);
    await rejects(test.app.execute(statement), statement.text);
  }
});

/** The log says what is wrong, takes entries, signs nothing and lets nothing dangerous happen. */
async function isNotBelieved(database: Database, options: TestAuditOptions): Promise<void> {
  const notes = (options.checkpoints as MemoryFolder).notes.length;
  await using audit = await openTestAudit(database, options);
  equal(audit.problem?.code, "AUDIT_LOG_INCONSISTENT");
  await rejects(audit.appendBeforeAct(auditEntry("coinhubx.trading.enable.approved")), { code: "AUDIT_UNAVAILABLE" });
  await rejects(audit.checkpoint(), { code: "AUDIT_LOG_INCONSISTENT" });
  equal((options.checkpoints as MemoryFolder).notes.length, notes);
}

test("a table that was changed behind the trigger is not believed: nothing is signed and nothing dangerous done", async (t) => {
  const tamper = {
    "a changed entry": sql`update audit_entries set leaf = replace(leaf, 'Ada', 'Eve') where sequence = 1`,
    "a changed entry with a matching hash": sql`
      update audit_entries set leaf = replace(leaf, 'Ada', 'Eve'),
        leaf_hash = sha256('\\x00'::bytea || convert_to(replace(leaf, 'Ada', 'Eve'), 'UTF8')) where sequence = 1`,
    "a removed last entry": sql`delete from audit_entries where sequence = 2`,
    "a removed first entry": sql`delete from audit_entries where sequence = 0`,
    "everything removed": sql`delete from audit_entries`,
  };
  for (const [what, statement] of Object.entries(tamper)) {
    await t.test(what, async () => {
      await using test = await startTestDatabase(migrated);
      const [signer, checkpoints] = [testSigner(), memoryFolder()];
      {
        await using audit = await openTestAudit(test.app, { signer, checkpoints });
        for (const action of ["one.done", "two.done", "three.done"]) await audit.append(undefined, auditEntry(action));
        await audit.checkpoint();
      }
      await (await openTestAudit(test.app, { signer, checkpoints }))[Symbol.asyncDispose]();
      for (const table of ["audit_entries", "audit_checkpoints"]) {
        await test.database.execute({ text: `alter table ${table} disable trigger all`, values: [] });
      }
      await test.database.execute(statement);
      await isNotBelieved(test.app, { signer, checkpoints });
      // The checkpoints outside the database tell even when those inside were removed too.
      await test.database.execute(sql`delete from audit_checkpoints`);
      await isNotBelieved(test.app, { signer, checkpoints });
    });
  }
});

test("checkpoints are files that only their owner reads, and a log opened with another key refuses them", async () => {
  await using test = await startTestDatabase(migrated);
  const folder = await mkdtemp(join(tmpdir(), "assay-checkpoints-"));
  try {
    const signer = testSigner();
    {
      await using audit = await openTestAudit(test.app, { signer, checkpoints: openCheckpointFolder(folder) });
      await audit.appendBeforeAct(auditEntry("one.done"));
      await audit.appendBeforeAct(auditEntry("two.done"));
    }
    const names = await readdir(folder);
    equal(names.length, 2);
    for (const name of names) equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    match(await readFile(join(folder, "latest.txt"), "utf8"), /^assay\.test\/audit\n2\n/);
    const again = await openTestAudit(test.app, { signer, checkpoints: openCheckpointFolder(folder) });
    await again[Symbol.asyncDispose]();
    await rejects(openTestAudit(test.app, { checkpoints: openCheckpointFolder(folder) }), {
      code: "AUDIT_CHECKPOINT_NOT_OURS",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("text of an attacker forges neither a line nor an entry nor a signature", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  const hostile = [
    'x"}\n{"action":"coinhubx.trading.enable.approved","actor":{"id":"per_ada"}}',
    "x\r\n]}\n",
    "— assay.test/audit AAAAAAAA\n",
    "\u0000\u001b[2J\u2028\u2029\u009b",
    "\u202eda\u202c \u2066per_ada\u2069\u200b\ufeff",
    `{"omitted":"${"ab".repeat(32)}"}`,
    "half a pair \ud800 here",
    "x".repeat(100_000),
  ];
  for (const text of hostile) {
    await audit.append(undefined, {
      actor: { kind: "anonymous", id: text, name: text },
      action: "session.refused",
      target: text,
      details: { email: text, [text.slice(0, 50)]: [text] },
    });
  }
  const bundle = await readBundle(audit);
  const lines = new TextDecoder().decode(bundle).split("\n");
  equal(lines.length, hostile.length + 3);
  const verified = await verifyBundle([bundle]);
  equal(verified.ok && verified.value.to, hostile.length);
  const whole = JSON.parse(new TextDecoder().decode(bundle)) as { entries: { action: string; actor: object }[] };
  for (const entry of whole.entries) equal(entry.action, "session.refused");
  deepEqual(
    (await audit.list({ limit: 10 })).map(({ action }) => action),
    hostile.map(() => "session.refused"),
  );
});

test("a checkpoint is signed each minute in which something was added, and in no other", async () => {
  await using test = await startTestDatabase(migrated);
  const [clock, checkpoints] = [new MovedClock(), memoryFolder()];
  await using audit = await openTestAudit(test.app, { clock, checkpoints });
  const sizes = () => checkpoints.notes.map((note) => Number(note.split("\n")[1]));
  const signed = async (count: number) => {
    while (checkpoints.notes.length < count || clock.sleeping === 0) await new Promise((done) => setImmediate(done));
  };
  await signed(1);
  await audit.append(undefined, auditEntry("one.done"));
  await clock.advance(59_999);
  deepEqual(sizes(), [0]);
  await clock.advance(1);
  await signed(2);
  deepEqual(sizes(), [0, 1]);
  await clock.advance(60_000);
  await signed(2);
  await audit.append(undefined, auditEntry("two.done"));
  await clock.advance(60_000);
  await signed(3);
  deepEqual(sizes(), [0, 1, 2]);
});

test("a log that is closed has written everything it was given", async () => {
  await using test = await startTestDatabase(migrated);
  const audit = await openTestAudit(test.app);
  const writing = Array.from({ length: 100 }, () => audit.append(undefined, auditEntry("one.done")));
  await audit[Symbol.asyncDispose]();
  equal((await Promise.all(writing)).length, 100);
});

test("a search finds text as it is, without patterns, and pages by sequence", async () => {
  await using test = await startTestDatabase(migrated);
  await using audit = await openTestAudit(test.app);
  for (let index = 0; index < 5; index += 1) await audit.append(undefined, auditEntry("flag.changed", { index }));
  await audit.append(undefined, { ...auditEntry("incident.noted", { share: "100%" }), incidentId: "inc_1" });
  equal((await audit.list({ limit: 10, text: "%" })).length, 1);
  equal((await audit.list({ limit: 10, text: "fl_g" })).length, 0);
  equal((await audit.list({ limit: 10, text: "FLAG.changed" })).length, 5);
  equal((await audit.list({ limit: 10, incidentId: "inc_1" })).length, 1);
  equal(await audit.wasRecorded("incident.noted", toInstant(0)), true);
  equal(await audit.wasRecorded("incident.note", toInstant(0)), false);
  equal(await audit.wasRecorded("incident.noted", addMs(systemClock.now(), 60_000)), false);
  const page = await audit.list({ limit: 2, before: 3 });
  deepEqual(
    page.map(({ sequence }) => sequence),
    [2, 1],
  );
});
