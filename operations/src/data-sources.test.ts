import { deepEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { dataSources } from "./data-sources.ts";

async function startSource() {
  const resources = new AsyncDisposableStack();
  const database = resources.use(await startTestDatabase());
  await database.database.execute({
    text: "do $$ begin if not exists (select from pg_roles where rolname = 'sample_readonly') then create role sample_readonly; end if; end $$",
    values: [],
  });
  await database.database.execute({ text: "create table things (name text)", values: [] });
  await database.database.execute({ text: "grant select, insert on things to sample_readonly", values: [] });
  const sources = resources.use(dataSources({ sample: database.url }));
  return { database, source: sources.find("sample")!, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test("a sql step reads rows", async () => {
  await using sample = await startSource();
  await sample.database.database.execute({ text: "insert into things values ('one')", values: [] });
  deepEqual(await sample.source.query("select name from things where name = $1", ["one"], 1_000), [{ name: "one" }]);
});

test("a sql step writes nothing, neither directly nor by ending its own transaction", async () => {
  await using sample = await startSource();
  for (const text of ["insert into things values ('x')", "commit; insert into things values ('x')"]) {
    await rejects(sample.source.query(text, [], 1_000), text);
  }
  deepEqual(await sample.source.query("select count(*)::int as count from things", [], 1_000), [{ count: 0 }]);
});
