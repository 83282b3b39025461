import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { fetchText } from "@assay/platform/http/http-client";
import { createJobs } from "@assay/platform/jobs/jobs";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { silentLogger } from "@assay/platform/logging/logger";
import { sql } from "@assay/platform/storage/sql";
import { startSmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { startWorker } from "../src/coinhubx.ts";
import { readConfig } from "../src/config.ts";
import { JOBS_SCHEMA, QUEUES } from "../src/job-queues/queues.ts";
import { startTestExchange, type TestExchange } from "./test-exchange.ts";
import { until } from "./until.ts";

async function startWorkerOf(exchange: TestExchange, env: Readonly<Record<string, string>> = {}) {
  const resources = new AsyncDisposableStack();
  const { logger, lines } = captureLogger();
  const config = readConfig({
    DATABASE_URL: exchange.database.url.reveal(),
    COINHUBX_WORKER_PORT: "0",
    COINHUBX_PLANE_URL: exchange.plane.url,
    COINHUBX_PLANE_KEY: "test-plane-key-0123456789",
    ...env,
  });
  const { url } = await startWorker({ config, version: "0.0.1", logger, resources });
  return { url, lines, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function lastReport(exchange: TestExchange, token: string) {
  const { body } = await exchange.call("GET /api/reconciliation/reports", { token });
  return { count: Number(body.count), newest: body.reports?.[0] };
}

test("the worker beats, reconciles by itself, and hands audit entries to the plane; with it the backend is ready", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "10" } } });
  await using worker = await startWorkerOf(exchange, { COINHUBX_RECONCILIATION_INTERVAL_S: "1" });
  const token = await exchange.plane.token(["viewer", "operator"]);
  await exchange.call("POST /api/feature-flags/deposits/disable", { token, body: { reason: "a test" } });
  await until(async () => exchange.plane.auditEntries.some(({ action }) => action === "coinhubx.deposits.disable"));
  await until(async () => (await lastReport(exchange, token)).newest?.verdict !== undefined);
  equal(String((await lastReport(exchange, token)).newest?.verdict), "reconciled");
  await until(async () => String((await exchange.call("GET /api/ready")).body.status) === "healthy");
  const metrics = await fetchText(`${worker.url}/metrics`);
  match(metrics.body, /jobs_completed_total\{type="reconciliation"\} [1-9]/);
  match(metrics.body, /jobs_created_total\{type="reconciliation"\} [1-9]/);
  match(metrics.body, /jobs_dead_letter_total 0/);
  equal((await fetchText(`${worker.url}/health`)).status, 200);
});

test("entries wait while the plane is away and arrive when it is back, in order", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["operator"]);
  for (const name of ["deposits", "signups"]) {
    await exchange.call(`POST /api/feature-flags/${name}/disable`, { token, body: {} });
  }
  await using away = await startWorkerOf(exchange, { COINHUBX_PLANE_URL: "http://127.0.0.1:9" });
  const waiting = sql`select from audit_outbox where attempts > 0 and delivered_at is null`;
  await until(async () => (await exchange.database.database.query(waiting)).length === 2);
  await away[Symbol.asyncDispose]();
  await exchange.database.database.execute(sql`update audit_outbox set next_attempt_at = now()`);
  await using back = await startWorkerOf(exchange);
  await until(async () => exchange.plane.auditEntries.length === 2);
  deepEqual(
    exchange.plane.auditEntries.map(({ action }) => action),
    ["coinhubx.deposits.disable", "coinhubx.signups.disable"],
  );
  equal(back.url.startsWith("http://"), true);
});

test("a mail that no server takes becomes a dead letter, is told of, and goes out once after the cause is gone", async () => {
  await using exchange = await startTestExchange();
  await using receiver = await startSmtpReceiver();
  const operator = await exchange.plane.token(["operator"]);
  await using jobs = createJobs({ url: exchange.database.url, schema: JOBS_SCHEMA, logger: silentLogger });
  jobs.declare("mail", QUEUES.mail);
  await jobs.start();
  {
    await using broken = await startWorkerOf(exchange);
    // Not a message at all, so trying again is pointless.
    await jobs.send("mail", { to: "nobody" });
    await until(async () => broken.lines.some(({ message }) => message === "DEAD_LETTER_JOB"));
  }
  const dead = await exchange.call("GET /api/jobs/dead-letter", { token: operator });
  const [job] = Object.values(dead.body.dead_letter!);
  equal(String(job?.job_type), "mail");
  deepEqual([Number(job?.retries), Number(job?.max_retries)], [0, 3]);
  const note = await exchange.call(`PUT /api/jobs/known-issues/${job?.fingerprint}`, {
    token: operator,
    body: { note: "a bad address" },
  });
  equal(note.status, 200);
  const noted = await exchange.call("GET /api/jobs/dead-letter", { token: operator });
  equal(String(noted.body.dead_letter?.[0]?.known_issue), "a bad address");
  const stats = await exchange.call("GET /api/jobs", { token: operator });
  equal(Number(stats.body.stats?.dead_letter_count), 1);
  const discarded = await exchange.call(`POST /api/jobs/${job?.job_id}/discard`, {
    token: operator,
    body: { reason: "bad address" },
  });
  deepEqual([discarded.status, discarded.body.status], [200, "discarded"]);
  const again = await exchange.call(`POST /api/jobs/${job?.job_id}/retry`, { token: operator, body: {} });
  deepEqual([again.status, again.body.code], [409, "JOB_NOT_DEAD"]);

  await using healthy = await startWorkerOf(exchange, { COINHUBX_SMTP_URL: receiver.url.reveal() });
  await jobs.send("mail", { to: "alice@example.com", subject: "Hello", text: "A word." });
  const message = await receiver.waitForMessage(() => true, 10_000);
  equal(message.text.includes("A word."), true);
  equal(healthy.url.startsWith("http://"), true);
});

test("a job that runs for more than half an hour is shown as stuck; a readiness probe creates no job", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["viewer"]);
  await using jobs = createJobs({ url: exchange.database.url, schema: JOBS_SCHEMA, logger: silentLogger });
  const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  jobs.define("backup", QUEUES.backup, async () => {
    begun.resolve();
    await release.promise;
  });
  await jobs.start();
  const id = await jobs.send("backup", {});
  await begun.promise;
  const stuck = async () => Object.values((await exchange.call("GET /api/jobs", { token })).body.stuck_jobs!);
  deepEqual(await stuck(), []);
  await exchange.database.database.execute(sql`
    update jobs.job set started_on = now() - interval '31 minutes' where id::text = ${id!}`);
  deepEqual(
    (await stuck()).map((job) => [String(job.job_id), String(job.job_type)]),
    [[id, "backup"]],
  );
  equal((await exchange.call("GET /api/ready")).status, 200);
  const metrics = await fetchText(`${exchange.url}/api/metrics/prometheus`);
  match(metrics.body, /jobs_stuck_count 1/);
  match(metrics.body, /jobs_created_total\{type="mail"\} 0/);
  const dashboard = await exchange.call("GET /api/dashboard", { token });
  equal(Number(dashboard.body.jobs?.stuck_count), 1);
  release.resolve();
});

test("a paused queue leases no new job, also after a restart of the worker, until two people resume it", async () => {
  await using exchange = await startTestExchange();
  const viewer = await exchange.plane.token(["viewer"]);
  const params = { queue: "reconciliation" };
  const pause = await exchange.plane.grant("coinhubx.jobs.pause", params);
  equal((await exchange.call("POST /ops/actions/coinhubx.jobs.pause", { token: pause, body: { params } })).status, 200);
  {
    await using worker = await startWorkerOf(exchange, { COINHUBX_RECONCILIATION_INTERVAL_S: "1" });
    // The worker looks each second; a job that is older has been left alone.
    const leftAlone = sql`
      select from jobs.job where name = 'reconciliation' and state = 'created' and created_on < now() - interval '3 s'`;
    await until(async () => (await exchange.database.database.query(leftAlone)).length > 0);
    equal(worker.url.startsWith("http://"), true);
    const resume = await exchange.plane.grant("coinhubx.jobs.resume", params);
    equal(
      (await exchange.call("POST /ops/actions/coinhubx.jobs.resume", { token: resume, body: { params } })).status,
      200,
    );
    const before = (await lastReport(exchange, viewer)).count;
    await until(async () => (await lastReport(exchange, viewer)).count > before);
  }
});
