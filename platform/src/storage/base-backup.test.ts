import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { Secret } from "../config/secret.ts";
import { fastFolder, startTestDatabase, type TestDatabase } from "../testing/test-database.ts";
import { baseBackup } from "./base-backup.ts";
import { openDatabase } from "./postgres-database.ts";
import { startPostgres } from "./postgres-server.ts";
import { pruneArchive } from "./prune-archive.ts";
import { findDamagedFiles, restoreBackup } from "./restore-backup.ts";
import { sql } from "./sql.ts";
import { verifyStructures } from "./verify-structures.ts";

const MOVE = sql`with moved as (update accounts set balance = balance - 1 where id = 1)
  update accounts set balance = balance + 1 where id = (select 2 + floor(random() * 98)::int)`;

test("a backup taken under load restores to a moment of the cluster, with sound tables and indexes", async () => {
  await using folder = await temporaryFolder();
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  await openAccounts(test);
  const load = startLoad(test);
  const into = join(folder.path, "backup");
  const backup = await baseBackup({ database: test.database, dataDirectory: test.dataDirectory, into });
  await load.stop();
  deepEqual(await findDamagedFiles(into), []);
  const password = passwordOf(test);
  await restoreBackup({ from: into, into: join(folder.path, "restored"), password });
  await using server = await startPostgres({ dataDirectory: join(folder.path, "restored"), password });
  await using restored = openDatabase({ url: new Secret(server.url(nameOf(test))), applicationName: "test" });
  const [sum] = await restored.query<{ sum: string }>(sql`select sum(balance) from accounts`);
  equal(sum?.sum, "100000");
  deepEqual(await verifyStructures(restored), []);
  const [other] = await restored.query<{ id: string }>(
    sql`select system_identifier::text as id from pg_control_system()`,
  );
  equal(other?.id, backup.manifest.systemIdentifier);
});

test("a restore with an archive goes on to the moment asked for", async () => {
  await using folder = await temporaryFolder();
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const archive = join(folder.path, "archive");
  await test.archiveInto(archive);
  await openAccounts(test);
  const into = join(folder.path, "backup");
  await baseBackup({ database: test.database, dataDirectory: test.dataDirectory, into });
  await test.database.execute(sql`update accounts set balance = 7 where id = 1`);
  const [now] = await test.database.query<{ now: Date }>(sql`select clock_timestamp() as now`);
  await test.database.execute(sql`drop table accounts`);
  await test.cluster.stop();
  const dataDirectory = join(folder.path, "restored");
  const password = passwordOf(test);
  await restoreBackup({ from: into, into: dataDirectory, password, archive: { directory: archive, until: now!.now } });
  await using server = await startPostgres({ dataDirectory, password });
  await using restored = openDatabase({ url: new Secret(server.url(nameOf(test))), applicationName: "test" });
  const [row] = await restored.query<{ balance: number }>(sql`select balance from accounts where id = 1`);
  equal(row?.balance, 7);
});

test("archived log that no kept backup needs is removed, and the rest restores", async () => {
  await using folder = await temporaryFolder();
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const archiveDirectory = join(folder.path, "archive");
  await test.archiveInto(archiveDirectory);
  await openAccounts(test);
  const { database, dataDirectory } = test;
  equal(await pruneArchive({ archiveDirectory, backups: [] }), 0);
  await baseBackup({ database, dataDirectory, into: join(folder.path, "old") });
  await database.query(sql`select pg_switch_wal()`);
  await database.execute(sql`update accounts set balance = balance`);
  await baseBackup({ database, dataDirectory, into: join(folder.path, "new") });
  await test.cluster.stop();
  const count = async () => (await readdir(archiveDirectory)).length;
  const before = await count();
  equal(await pruneArchive({ archiveDirectory, backups: [join(folder.path, "old"), join(folder.path, "new")] }), 1);
  const removed = await pruneArchive({ archiveDirectory, backups: [join(folder.path, "new")] });
  ok(removed >= 1);
  equal(await count(), before - 1 - removed);
  const into = join(folder.path, "restored");
  const password = passwordOf(test);
  await restoreBackup({ from: join(folder.path, "new"), into, password, archive: { directory: archiveDirectory } });
  await using server = await startPostgres({ dataDirectory: into, password });
  equal(server.url().includes(String(server.port)), true);
});

test("a changed, a missing and a foreign file are found, and a damaged backup is not restored", async () => {
  await using folder = await temporaryFolder();
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const into = join(folder.path, "backup");
  await baseBackup({ database: test.database, dataDirectory: test.dataDirectory, into });
  const control = join(into, "data", "global", "pg_control");
  const bytes = await readFile(control);
  bytes[100]! ^= 1;
  await writeFile(control, bytes);
  await rm(join(into, "data", "PG_VERSION"));
  await writeFile(join(into, "data", "foreign"), "x");
  deepEqual(await findDamagedFiles(into), ["data/PG_VERSION", "data/foreign", "data/global/pg_control"]);
  const target = join(folder.path, "restored");
  await rejects(restoreBackup({ from: into, into: target, password: passwordOf(test) }), code("BACKUP_DAMAGED"));
  equal(existsSync(target), false);
});

test("a second backup is refused while one runs, and a backup that fails leaves nothing and blocks nothing", async () => {
  await using folder = await temporaryFolder();
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const { database, dataDirectory } = test;
  const into = (name: string) => join(folder.path, name);
  const both = await Promise.allSettled(
    ["one", "two"].map((name) => baseBackup({ database, dataDirectory, into: into(name) })),
  );
  const refused = both.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  equal(refused.length, 1);
  ok(code("BACKUP_RUNNING")(refused[0]));
  const canceled = AbortSignal.abort(new Error("canceled"));
  await rejects(baseBackup({ database, dataDirectory, into: into("three"), signal: canceled }), /canceled/);
  equal(existsSync(into("three")) || existsSync(into("three.part")), false);
  await baseBackup({ database, dataDirectory, into: into("four") });
  await rejects(baseBackup({ database, dataDirectory, into: into("four") }), code("BACKUP_EXISTS"));
});

test("a restore never writes into a folder that holds something", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "precious"), "x");
  const password = new Secret("unused");
  await rejects(restoreBackup({ from: folder.path, into: folder.path, password }), code("RESTORE_TARGET_NOT_EMPTY"));
});

async function openAccounts(test: TestDatabase): Promise<void> {
  await test.database.execute(sql`create table accounts (id int primary key, balance int not null)`);
  await test.database.execute(sql`create index on accounts (balance)`);
  await test.database.execute(sql`insert into accounts select id, 1000 from generate_series(1, 100) id`);
}

function startLoad({ database }: TestDatabase): { stop(): Promise<void> } {
  let isRunning = true;
  const run = async () => {
    while (isRunning) await database.transaction((tx) => tx.execute(MOVE));
  };
  const workers = Promise.all([run(), run()]);
  return {
    stop: async () => {
      isRunning = false;
      await workers;
    },
  };
}

function passwordOf(test: TestDatabase): Secret<string> {
  return new Secret(new URL(test.url.reveal()).password);
}

function nameOf(test: TestDatabase): string {
  return new URL(test.url.reveal()).pathname.slice(1);
}

function code(expected: string) {
  return (error: unknown) => error instanceof Failure && error.code === expected;
}

async function temporaryFolder() {
  const path = await mkdtemp(join(fastFolder(), "assay-backup-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
