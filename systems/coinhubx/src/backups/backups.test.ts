import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { open, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { startPostgres } from "@assay/platform/storage/postgres-server";
import { sql } from "@assay/platform/storage/sql";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { addMs, type Instant } from "@assay/primitives/instant";
import { readFlags } from "../feature-flags/flag-store.ts";
import { writeInitialFlags } from "../feature-flags/initial-flags.ts";
import { createLedger, type Ledger } from "../ledger/ledger.ts";
import { alice, bob, MIGRATIONS, transfer } from "../ledger/ledger-test-kit.ts";
import { addBackupMetrics } from "./backup-metrics.ts";
import { readRecord, writeRecord } from "./backup-record.ts";
import { type Backups, type BackupsOptions, createBackups } from "./backups.ts";
import { swapRestored } from "./prepare-restore.ts";

let test_: TestDatabase;
let ledger: Ledger;

before(async () => {
  test_ = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app", ownCluster: true });
  await writeInitialFlags(test_.app, { markets: ["ETH-USDT"], assets: [] }, "local");
  ledger = createLedger({ database: test_.app, clock: systemClock });
  for (let number = 0; number < 50; number += 1) await ledger.post([transfer(`row:${number}`)]);
  const hold = { debit: alice, credit: bob, flags: { pending: true } };
  await ledger.post([transfer("hold", hold)]);
});
after(async () => {
  await ledger[Symbol.asyncDispose]();
  await test_[Symbol.asyncDispose]();
});

/** One second later with each look, so that every backup has a name of its own. */
function tickingClock(): Clock {
  let now: Instant = systemClock.now();
  return {
    now: () => {
      now = addMs(now, 1_000);
      return now;
    },
    monotonicMs: () => systemClock.monotonicMs(),
    sleep: (ms, options) => systemClock.sleep(ms, options),
  };
}

function open_(directory: string, options: Partial<BackupsOptions> = {}): Backups {
  const { url, dataDirectory } = test_;
  const { logger } = captureLogger();
  return createBackups({ url, dataDirectory, directory, clock: tickingClock(), logger, ...options });
}

async function create(backups: Backups): Promise<string> {
  const created = await backups.create();
  ok(created.ok);
  return created.value.backup_name;
}

/** Flips one byte in the middle of the largest file. */
async function flipByte(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sized = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path, size: (await stat(path)).size };
      }),
  );
  const { path, size } = sized.sort((left, right) => right.size - left.size)[0]!;
  await using file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, Math.floor(size / 2));
  await file.write(Buffer.of(byte[0]! ^ 1), 0, 1, Math.floor(size / 2));
}

test("O2: a backup made under load is restored, compared and found good", async () => {
  await using folder = await temporaryFolder();
  const backups = open_(folder.path);
  let isDone = false;
  const load = (async () => {
    for (let number = 0; !isDone; number += 1) await ledger.post([transfer(`load:${number}`)]);
  })();
  const name = await create(backups);
  isDone = true;
  await load;
  const [view] = await backups.list();
  deepEqual([view?.name, view?.verified_at], [name, null]);
  ok(/^backup_\d{8}_\d{6}$/.test(name) && view!.size_mb > 1);
  const verified = await backups.verify(name);
  equal(verified.ok && verified.value.status, "verified");
  ok((await backups.list())[0]?.verified_at !== null);
  deepEqual((await readdir(folder.path)).sort(), [name, `${name}.json`], "the scratch cluster is gone");
  const metrics = createMetrics({ service: "test" });
  addBackupMetrics(metrics, backups);
  ok(/backup_last_verified_timestamp_seconds \d+/.test(await metrics.text()));
});

test("only a verification that was made and passed counts; a flipped byte undoes it", async () => {
  await using folder = await temporaryFolder();
  const backups = open_(folder.path);
  const name = await create(backups);
  const url = new URL(test_.url.reveal());
  url.pathname = "/no_such_database";
  const elsewhere = open_(folder.path, { url: { reveal: () => url.href } });
  await rejects(elsewhere.verify(name), { code: "DATABASE_UNAVAILABLE" });
  equal(await backups.lastVerifiedAt(), undefined);
  await markVerified(folder.path, name);
  ok((await backups.lastVerifiedAt()) !== undefined);
  await flipByte(join(folder.path, name, "data"));
  const verified = await backups.verify(name);
  equal(verified.ok && verified.value.status, "failed");
  equal(await backups.lastVerifiedAt(), undefined);
  deepEqual(await backups.verify("backup_20000101_000000"), { ok: false, refusal: { code: "UNKNOWN_BACKUP" } });
});

test("one backup runs at a time, and the newest are kept together with the last good one", async () => {
  await using folder = await temporaryFolder();
  const backups = open_(folder.path, { keep: 1 });
  const [first, second] = await Promise.all([backups.create(), backups.create()]);
  deepEqual([first.ok, !second.ok && second.refusal.code], [true, "BACKUP_RUNNING"]);
  const good = first.ok ? first.value.backup_name : "";
  await markVerified(folder.path, good);
  await create(backups);
  const newest = await create(backups);
  deepEqual(
    (await backups.list()).map((view) => view.name),
    [newest, good],
  );
});

async function markVerified(directory: string, name: string): Promise<void> {
  const record = await readRecord(directory, name);
  ok(record !== undefined);
  await writeRecord(directory, { ...record, verification: { status: "verified", at: "2026-01-01T00:00:00Z" } });
}

test("a restored copy holds the same rows with every switch off, and takes the live folder's place", async () => {
  await using folder = await temporaryFolder();
  await using copied = await temporaryFolder();
  const backups = open_(folder.path, { dataDirectory: test_.dataDirectory });
  const name = await create(backups);
  const digest = await digestOf(test_.database);
  const [{ position } = { position: "0" }] = await test_.database.query<{ position: string }>(
    sql`select max(sequence) as position from ledger_transfers`,
  );
  await ledger.post([transfer("newer-than-the-backup")]);
  const prepared = await backups.prepareRestore(name, { by: "test", lastKnownPosition: Number(position) + 1 });
  ok(prepared.ok);
  const { restored_path, journal_position, lost } = prepared.value;
  equal(journal_position, Number(position));
  deepEqual(lost, { first: Number(position) + 1, last: Number(position) + 1 });
  await rejects(swapRestored({ dataDirectory: test_.dataDirectory, clock: systemClock }), { code: "DATABASE_RUNNING" });
  // The swap itself, beside the cluster that other tests still use.
  const live = join(copied.path, "live");
  await rename(restored_path, `${live}.restored`);
  await swapRestored({ dataDirectory: live, clock: systemClock });
  const password = { reveal: () => decodeURIComponent(new URL(test_.url.reveal()).password) };
  await using server = await startPostgres({ dataDirectory: live, password });
  const databaseName = new URL(test_.url.reveal()).pathname.slice(1);
  await using copy = openDatabase({ url: { reveal: () => server.url(databaseName) }, applicationName: "test" });
  equal(await digestOf(copy), digest);
  const flags = await readFlags(copy);
  deepEqual(
    (["trading", "withdrawals", "deposits", "signups"] as const).map((flag) => flags.isEnabled(flag)),
    [false, false, false, false],
  );
});

/** All rows of the ledger as one number. */
async function digestOf(database: TestDatabase["database"]): Promise<string> {
  const [row] = await database.query<{ digest: string }>(sql`
    select md5(string_agg(md5(t::text), '' order by sequence)) || (
      select md5(string_agg(md5(a::text), '' order by id)) from ledger_accounts a) as digest from ledger_transfers t`);
  return row!.digest;
}

test("a restore drill compares with the live database, measures, and leaves nothing behind", async () => {
  await using folder = await temporaryFolder();
  const backups = open_(folder.path, { clock: systemClock });
  const name = await create(backups);
  await ledger.post([transfer("after-the-copy")]);
  const drilled = await backups.drill(name);
  ok(drilled.ok);
  const { verdict, reason, rto_ms, rpo_ms, journal_position, live_journal_position, rows_compared } = drilled.value;
  deepEqual([verdict, reason, live_journal_position - journal_position], ["passed", null, 1]);
  ok(rto_ms > 0 && rpo_ms >= 0 && rows_compared > 50);
  deepEqual((await readdir(folder.path)).sort(), [name, `${name}.json`]);
  const record = await readRecord(folder.path, name);
  const counts = { ...record!.before.counts, ledger_transfers: 1_000_000 };
  await writeRecord(folder.path, { ...record!, before: { ...record!.before, counts } });
  const drifted = await backups.drill(name);
  ok(drifted.ok && drifted.value.verdict === "failed" && /ledger_transfers: \d+ rows/.test(drifted.value.reason ?? ""));
  deepEqual(await backups.drill("backup_20000101_000000"), { ok: false, refusal: { code: "UNKNOWN_BACKUP" } });
});

test("each backup is copied to the second location and compared there; one that cannot be is said and undoes nothing", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  const backups = open_(folder.path, { secondDirectory: elsewhere.path, keep: 1 });
  const first = await create(backups);
  deepEqual((await backups.list())[0]?.second?.status, "passed");
  deepEqual((await readdir(elsewhere.path)).sort(), [first, `${first}.json`]);
  const second = await create(backups);
  deepEqual((await readdir(elsewhere.path)).sort(), [second, `${second}.json`], "and no longer than at the first");
  const file = join(elsewhere.path, "taken");
  await writeFile(file, "");
  const hindered = open_(folder.path, { secondDirectory: join(file, "folder"), clock: laterClock() });
  await create(hindered);
  const [view] = await hindered.list();
  deepEqual([view?.second?.status, typeof view?.reason], ["failed", "string"]);
});

/** A minute ahead, so that no name was taken. */
function laterClock(): Clock {
  const ticking = tickingClock();
  return { ...ticking, now: () => addMs(ticking.now(), 60_000) };
}

test("a disk without room refuses a backup, keeps the earlier ones, and takes one again once there is room", async () => {
  await using folder = await temporaryFolder();
  let free = Number.MAX_SAFE_INTEGER;
  const backups = open_(folder.path, { freeBytes: async () => free });
  const earlier = await create(backups);
  free = 10_000_000;
  deepEqual(await backups.create(), { ok: false, refusal: { code: "BACKUP_NO_SPACE" } });
  deepEqual(
    (await readdir(folder.path)).filter((name) => name.endsWith(".part")),
    [],
  );
  deepEqual(
    (await backups.list()).map(({ name }) => name),
    [earlier],
  );
  free = Number.MAX_SAFE_INTEGER;
  await create(backups);
});
