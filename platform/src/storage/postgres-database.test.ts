import { equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import { Secret } from "../config/secret.ts";
import { startTestDatabase } from "../testing/test-database.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./postgres-database.ts";
import { sql } from "./sql.ts";
import { isUniqueViolation } from "./sql-state.ts";

const CREATE = sql`create table notes (id int primary key, text text not null)`;

test("values come back as the interface says, and never as SQL", async () => {
  await using test = await startTestDatabase();
  const [row] = await test.database.query(
    sql`select ${2n ** 60n}::bigint as large, ${"1.50"}::numeric as exact, ${new Uint8Array([0, 255])}::bytea as bytes,
      ${new Date(0)}::timestamptz as at, ${JSON.stringify({ a: [1] })}::jsonb as json, ${["x'; drop table y"]}::text[] as list`,
  );
  equal(row?.large, "1152921504606846976");
  equal(row?.exact, "1.50");
  equal(Buffer.from(row?.bytes as Uint8Array).toString("hex"), "00ff");
  equal(Number(row?.at), 0);
  equal(JSON.stringify([row?.json, row?.list]), `[{"a":[1]},["x'; drop table y"]]`);
});

test("a text that must be one statement cannot end its transaction", async () => {
  await using test = await startTestDatabase();
  await test.database.execute(CREATE);
  const query = (text: string) =>
    test.database.transaction((tx) => tx.query({ text, values: [], mustBeSingle: true }), { readOnly: true });
  equal((await query("select 1 as one")).length, 1);
  equal((await query("show server_version")).length, 1);
  await rejects(query("commit; insert into notes values (1, 'x')"), /multiple commands/);
});

test("a transaction commits when its work resolves and leaves nothing when it throws", async () => {
  await using test = await startTestDatabase();
  await test.database.execute(CREATE);
  await test.database.transaction(async (tx) => {
    equal(await tx.execute(sql`insert into notes values (${1}, ${"kept"}), (2, 'kept')`), 2);
  });
  const thrown = new Error("changed my mind");
  await rejects(
    test.database.transaction(async (tx) => {
      await tx.execute(sql`delete from notes`);
      throw thrown;
    }),
    thrown,
  );
  equal((await test.database.query(sql`select * from notes`)).length, 2);
  equal(test.database.pool().idle, test.database.pool().size);
});

test("statements asked for at once run one after the other in a transaction", async () => {
  await using test = await startTestDatabase();
  const sums = await test.database.transaction((tx) =>
    Promise.all([1, 2, 3, 4].map((n) => tx.query<{ n: number }>(sql`select ${n}::int as n`))),
  );
  equal(
    sums.flat().reduce((sum, row) => sum + row.n, 0),
    10,
  );
});

test("a constraint's violation reaches the caller by name", async () => {
  await using test = await startTestDatabase();
  await test.database.execute(CREATE);
  const insert = sql`insert into notes values (1, 'x')`;
  await test.database.execute(insert);
  await rejects(test.database.execute(insert), (error) => isUniqueViolation(error, "notes_pkey"));
  await rejects(test.database.execute(insert), (error) => !isUniqueViolation(error, "another"));
});

test("work that swallows a failed statement does not pass for committed", async () => {
  await using test = await startTestDatabase();
  const work = test.database.transaction((tx) => tx.query(sql`select 1 / 0`).catch(() => undefined));
  await rejects(work, AssertionError);
});

test("a transaction used after its end is a bug", async () => {
  await using test = await startTestDatabase();
  const leaked = await test.database.transaction(async (tx) => ({ tx }));
  await rejects(async () => leaked.tx.query(sql`select 1`), AssertionError);
});

test("two transactions that write the same row under repeatable read conflict, and may be tried again", async () => {
  await using test = await startTestDatabase();
  await test.database.execute(CREATE);
  await test.database.execute(sql`insert into notes values (1, 'x')`);
  const update = sql`update notes set text = text || '!' where id = 1`;
  await rejects(
    test.database.transaction(
      async (tx) => {
        await tx.query(sql`select * from notes`);
        await test.database.execute(update);
        await tx.execute(update);
      },
      { isolation: "repeatable read" },
    ),
    failure("TRANSACTION_CONFLICT", true),
  );
});

test("a read-only transaction refuses to write", async () => {
  await using test = await startTestDatabase();
  await rejects(
    test.database.transaction((tx) => tx.execute(CREATE), { readOnly: true }),
    /read-only/,
  );
});

test("a slow statement is canceled after its limit, and a transaction may ask for longer", async () => {
  await using test = await startTestDatabase();
  await using database = open(test.url, { statementTimeoutMs: 100 });
  await rejects(database.query(sql`select pg_sleep(5)`), failure("DATABASE_UNAVAILABLE", true));
  await database.transaction((tx) => tx.query(sql`select pg_sleep(0.2)`), { timeoutMs: 5_000 });
  await database.query(sql`select 1`);
});

test("each connection acts as the role it was opened for", async () => {
  await using test = await startTestDatabase();
  await test.database.execute(sql`create role limited_role`);
  await test.database.execute(CREATE);
  await using app = open(test.url, { role: "limited_role" });
  await rejects(app.query(sql`select * from notes`), /permission denied/);
  await test.database.execute(sql`drop role limited_role`);
});

test("a wrong password, database, port or host is one failure that says why", async () => {
  await using test = await startTestDatabase();
  for (const [change, reason] of [
    [(url: URL) => (url.password = "wrong"), /password authentication failed/],
    [(url: URL) => (url.pathname = "/absent"), /database "absent" does not exist/],
    [(url: URL) => (url.port = "1"), /ECONNREFUSED/],
    [(url: URL) => (url.hostname = "host.invalid"), /ENOTFOUND|EAI_AGAIN/],
  ] as const) {
    const url = new URL(test.url.reveal());
    change(url);
    await using database = open(new Secret(url.href));
    await rejects(database.query(sql`select 1`), (error) => {
      ok(error instanceof Failure);
      equal(error.code, "DATABASE_UNAVAILABLE");
      return reason.test(String(error.details.reason));
    });
  }
});

test("a server that hangs makes every call fail within 5 s, and works again by itself afterwards", async () => {
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const { database, cluster } = test;
  await database.query(sql`select 1`);
  const { promise: isRunning, resolve: runs } = Promise.withResolvers<void>();
  const allowedToTakeLong = database.transaction(
    async (tx) => {
      await tx.query(sql`select 1`);
      runs();
      await tx.query(sql`select pg_sleep(60)`);
    },
    { timeoutMs: 60_000 },
  );
  await isRunning;
  cluster.pause();
  const startedMs = performance.now();
  const calls = [
    allowedToTakeLong,
    database.query(sql`select 1`),
    database.query(sql`select 1`),
    database.transaction((tx) => tx.query(sql`select 1`)),
  ];
  await Promise.all(calls.map((call) => rejects(call, failure("DATABASE_UNAVAILABLE", true))));
  ok(performance.now() - startedMs < 5_000);
  cluster.resume();
  await database.query(sql`select 1`);
});

test("a restart of the server is not seen by the next read or transaction", async () => {
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const { database, cluster } = test;
  await database.execute(CREATE);
  await Promise.all([1, 2, 3].map(() => database.query(sql`select pg_sleep(0.05)`)));
  await cluster.stop();
  await rejects(database.query(sql`select 1`), failure("DATABASE_UNAVAILABLE", true));
  await cluster.start();
  await database.transaction((tx) => tx.execute(sql`insert into notes values (1, 'x')`));
  equal((await database.query(sql`select * from notes where id = ${1}`)).length, 1);
});

test("a connection lost during commit leaves an unknown outcome, and one lost before it a known one", async () => {
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const { database, cluster } = test;
  await database.execute(CREATE);
  await rejects(
    database.transaction(async (tx) => {
      await tx.execute(sql`insert into notes values (1, 'x')`);
      cluster.pause();
    }),
    failure("OUTCOME_UNKNOWN", false),
  );
  cluster.resume();
  await rejects(
    database.transaction(async (tx) => {
      await tx.execute(sql`insert into notes values (2, 'x')`);
      cluster.kill();
      await tx.query(sql`select 1`).catch(() => undefined);
    }),
    failure("DATABASE_UNAVAILABLE", true),
  );
  await cluster.start();
  equal((await database.query(sql`select * from notes where id = 2`)).length, 0);
});

test("a notice reaches its listeners, and a listener is told of each gap", async () => {
  await using test = await startTestDatabase({ ownCluster: true, inMemory: true });
  const { database, cluster } = test;
  const heard: string[] = [];
  let announce = () => {};
  const next = () => new Promise<void>((resolve) => (announce = resolve));
  const onNotice = (payload: string) => {
    heard.push(payload);
    announce();
  };
  await using _other = await database.listen("other", () => heard.push("never"));
  await using listening = await database.listen("news", onNotice, () => onNotice("reconnected"));
  let notice = next();
  await database.execute(sql`select pg_notify('news', 'one')`);
  await notice;
  notice = next();
  cluster.kill();
  await cluster.start();
  await notice;
  notice = next();
  await database.execute(sql`select pg_notify('news', 'two')`);
  await notice;
  await listening[Symbol.asyncDispose]();
  await database.execute(sql`select pg_notify('news', 'three')`);
  equal(heard.join(), "one,reconnected,two");
});

function open(url: Secret<string>, options: { statementTimeoutMs?: number; role?: string } = {}): Database {
  return openDatabase({ url, applicationName: "test", ...options });
}

function failure(code: string, retryable: boolean) {
  return (error: unknown) => error instanceof Failure && error.code === code && error.retryable === retryable;
}
