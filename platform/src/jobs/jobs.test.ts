import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { silentLogger } from "../logging/logger.ts";
import { sql } from "../storage/sql.ts";
import { startTestDatabase } from "../testing/test-database.ts";
import { createJobs, type Jobs, type QueueOptions } from "./jobs.ts";

const FAST: QueueOptions = { pollS: 0.5, retryLimit: 1, retryDelayS: 1 };

test("a job runs once, with its data", async () => {
  await using database = await startTestDatabase();
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger });
  const seen = Promise.withResolvers<unknown>();
  jobs.define("mail", FAST, async (data) => seen.resolve(data));
  await jobs.start();
  await jobs.send("mail", { to: "ada" });
  deepEqual(await seen.promise, { to: "ada" });
});

test("a job sent in a transaction that rolls back never existed", async () => {
  await using database = await startTestDatabase();
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger });
  jobs.define("mail", FAST, async () => undefined);
  await jobs.start();
  await jobs.pause("mail");
  await rejects(
    database.database.transaction(async (transaction) => {
      await jobs.send("mail", {}, { transaction });
      throw new Error("no");
    }),
  );
  equal((await jobs.counts())[0]?.due, 0);
  await database.database.transaction(async (transaction) => jobs.send("mail", {}, { transaction }));
  deepEqual(await jobs.counts(), [{ queue: "mail", due: 1, active: 0, dead: 0, paused: true }]);
});

test("a failure that is not retryable goes to the dead letters at once, and can be redriven once or discarded", async () => {
  await using database = await startTestDatabase();
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger });
  let runs = 0;
  jobs.define("mail", { ...FAST, retryLimit: 5 }, async () => {
    runs += 1;
    throw new Failure("ADDRESS_UNKNOWN", { retryable: false });
  });
  await jobs.start();
  await jobs.send("mail", { to: "nobody" });
  const [dead] = await waitForDead(jobs, 1);
  equal(runs, 1);
  deepEqual(
    { queue: dead?.queue, data: dead?.data, error: dead?.error, retries: dead?.retries, maxRetries: dead?.maxRetries },
    { queue: "mail", data: { to: "nobody" }, error: "ADDRESS_UNKNOWN", retries: 0, maxRetries: 5 },
  );
  equal(dead?.startedAt !== undefined && dead.createdAt <= dead.startedAt, true);
  await jobs.pause("mail");
  equal(await jobs.retry(dead!.id), true);
  equal(await jobs.retry(dead!.id), false);
  equal((await jobs.counts())[0]?.due, 1);
  await jobs.resume("mail");
  const [again] = await waitForDead(jobs, 1);
  equal(await jobs.discard(again!.id), true);
  equal(await jobs.discard(again!.id), false);
  deepEqual(await jobs.deadJobs(10), []);
});

test("a retryable failure is tried again", async () => {
  await using database = await startTestDatabase();
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger });
  const done = Promise.withResolvers<number>();
  let runs = 0;
  jobs.define("mail", FAST, async () => {
    runs += 1;
    if (runs === 1) throw new Failure("SMTP_FAILED", { retryable: true });
    done.resolve(runs);
  });
  await jobs.start();
  await jobs.send("mail", {});
  equal(await done.promise, 2);
});

test("in a unique queue, while a job with a key waits, another with that key is not enqueued", async () => {
  await using database = await startTestDatabase();
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger });
  jobs.define("reconcile", { ...FAST, unique: true }, async () => undefined);
  await jobs.start();
  await jobs.pause("reconcile");
  equal(typeof (await jobs.send("reconcile", {}, { singletonKey: "now" })), "string");
  equal(await jobs.send("reconcile", {}, { singletonKey: "now" }), undefined);
});

test("what has been running for long is told of, and what was sent is heard of unless it was a trial", async () => {
  await using database = await startTestDatabase();
  const sent: string[] = [];
  const onSent = (queue: string) => void sent.push(queue);
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger, onSent });
  const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  jobs.define("backup", FAST, async () => {
    begun.resolve();
    await release.promise;
  });
  await jobs.start();
  const id = await jobs.send("backup", {});
  await begun.promise;
  deepEqual(await jobs.runningLongerThan(60_000, 10), []);
  await database.database.execute(
    sql`update jobs.job set started_on = now() - interval '2 minutes' where id::text = ${id!}`,
  );
  deepEqual(
    (await jobs.runningLongerThan(60_000, 10)).map((job) => [job.id, job.queue]),
    [[id, "backup"]],
  );
  release.resolve();
  await jobs.send("backup", {}, { isTrial: true, startAfterMs: 60_000 });
  deepEqual(sent, ["backup"]);
});

test("a database that hangs or is gone is a retryable failure within seconds, and the queue works again afterwards", async () => {
  await using database = await startTestDatabase({ ownCluster: true, inMemory: true });
  await using jobs = createJobs({ url: database.url, schema: "jobs", logger: silentLogger });
  const seen = Promise.withResolvers<unknown>();
  jobs.define("mail", FAST, async (data) => seen.resolve(data));
  await jobs.start();
  await database.cluster.pause();
  const startedMs = performance.now();
  await rejects(jobs.send("mail", {}), { code: "DATABASE_UNAVAILABLE", retryable: true });
  equal(performance.now() - startedMs < 7_500, true);
  await database.cluster.resume();
  await database.cluster.kill();
  await rejects(jobs.send("mail", {}), { code: "DATABASE_UNAVAILABLE", retryable: true });
  await database.cluster.start();
  await jobs.send("mail", { to: "ada" });
  await seen.promise;
});

async function waitForDead(jobs: Jobs, count: number) {
  for (let tries = 0; tries < 100; tries += 1) {
    const dead = await jobs.deadJobs(10);
    if (dead.length >= count) return dead;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no dead job came");
}
