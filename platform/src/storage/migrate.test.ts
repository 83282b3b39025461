import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { startTestDatabase } from "../testing/test-database.ts";
import { migrate } from "./migrate.ts";
import { openDatabase } from "./postgres-database.ts";
import { sql } from "./sql.ts";

test("files run once, in order, and later ones are added", async () => {
  await using folder = await migrationsFolder({
    "001-notes.sql": "create table notes (id int); insert into notes values (1);",
    "002-more.sql": "insert into notes select id + 1 from notes",
  });
  await using test = await startTestDatabase();
  deepEqual(await migrate(test.database, [folder.path]), { applied: ["001-notes.sql", "002-more.sql"] });
  deepEqual(await migrate(test.database, [folder.path]), { applied: [] });
  await folder.write("003-last.sql", "delete from notes");
  deepEqual(await migrate(test.database, [folder.path]), { applied: ["003-last.sql"] });
  deepEqual(await test.database.query(sql`select * from notes`), []);
});

test("processes that start together apply each file once", async () => {
  await using folder = await migrationsFolder({
    "001-notes.sql": "create table notes (id serial); select pg_sleep(0.05)",
    "002-one.sql": "insert into notes default values",
  });
  await using test = await startTestDatabase();
  await using other = openDatabase({ url: test.url, applicationName: "other" });
  const results = await Promise.all([migrate(test.database, [folder.path]), migrate(other, [folder.path])]);
  equal(results.flatMap(({ applied }) => applied).length, 2);
  equal((await test.database.query(sql`select * from notes`)).length, 1);
});

test("a file that fails changes nothing and is named with its line", async () => {
  await using folder = await migrationsFolder({ "001-bad.sql": "create table notes (id int);\nselect * from absent;" });
  await using test = await startTestDatabase();
  await rejects(migrate(test.database, [folder.path]), (error) => {
    ok(error instanceof Failure);
    equal(error.code, "MIGRATION_FAILED");
    deepEqual(error.details, { migration: "001-bad.sql", reason: 'line 2: relation "absent" does not exist' });
    return true;
  });
  await folder.write("001-bad.sql", "create table notes (id int)");
  equal((await migrate(test.database, [folder.path])).applied.length, 1);
});

test("a file changed after it was applied is refused before anything runs", async () => {
  await using folder = await migrationsFolder({ "001-notes.sql": "create table notes (id int)" });
  await using test = await startTestDatabase();
  await migrate(test.database, [folder.path]);
  await folder.write("001-notes.sql", "create table notes (id bigint)");
  await folder.write("002-next.sql", "create table never (id int)");
  await rejects(migrate(test.database, [folder.path]), code("MIGRATION_CHANGED"));
  await rejects(test.database.query(sql`select * from never`), /does not exist/);
});

test("a badly named file and a name in two folders are refused", async () => {
  await using test = await startTestDatabase();
  await using bad = await migrationsFolder({ "1-notes.sql": "select 1" });
  await rejects(migrate(test.database, [bad.path]), code("MIGRATION_NAME_INVALID"));
  await using one = await migrationsFolder({ "001-notes.sql": "select 1" });
  await rejects(migrate(test.database, [one.path, one.path]), code("MIGRATION_NAME_INVALID"));
});

test("test databases with the same migrations are copies that do not share rows", async () => {
  await using folder = await migrationsFolder({ "001-notes.sql": "create table notes (id int)" });
  await using one = await startTestDatabase({ migrations: [folder.path] });
  await using two = await startTestDatabase({ migrations: [folder.path] });
  await one.database.execute(sql`insert into notes values (1)`);
  deepEqual(await two.database.query(sql`select * from notes`), []);
});

function code(expected: string) {
  return (error: unknown) => error instanceof Failure && error.code === expected;
}

async function migrationsFolder(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), "assay-migrations-"));
  const write = (name: string, text: string) => writeFile(join(path, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
