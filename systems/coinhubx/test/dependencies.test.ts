import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { startTestExchange, type TestExchange } from "./test-exchange.ts";
import { until } from "./until.ts";

const isReady = async (exchange: TestExchange) => (await exchange.call("GET /api/ready")).status === 200;

test("liveness and readiness answer exactly as the runbook says", async () => {
  await using exchange = await startTestExchange();
  const health = await exchange.call("GET /api/health");
  equal(health.status, 200);
  deepEqual(Object.keys(health.body), ["status", "service", "timestamp", "version"]);
  deepEqual([health.body.status, health.body.service], ["healthy", "coinhubx-backend"]);
  match(String(health.body.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

  const anonymous = await exchange.call("GET /api/ready");
  deepEqual([anonymous.status, anonymous.body.status], [200, "degraded"], "no worker runs, which only degrades");
  deepEqual(Object.keys(anonymous.body.checks!), ["database", "queue", "uptime", "engine", "flags"]);
  equal(anonymous.body.checks?.database?.details, undefined);
  deepEqual(Object.keys(anonymous.body.checks!.queue!), ["name", "status", "latency_ms", "message"]);
  match(String(anonymous.body.checks?.queue?.message), /worker is silent/);

  const token = await exchange.plane.token(["viewer"]);
  const known = await exchange.call("GET /api/ready", { token });
  deepEqual(Object.keys(known.body.checks!.database!.details!.pool!), ["size", "idle", "waiting"]);
  equal(typeof known.body.checks?.uptime?.details?.uptime_s, "number");
});

test("a killed database makes readiness 503 and calls fail within 5 s; liveness stays, and service returns by itself", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "1000" } }, ownCluster: true });
  const { token } = exchange.customers.alice!;
  const place = (price: string) => {
    const body = {
      market: "ETH-USDT",
      side: "buy",
      type: "limit",
      price,
      quantity: "0.1",
      client_order_id: `c-${price}`,
    };
    return exchange.call("POST /api/orders", { token, body });
  };
  equal((await place("2900")).status, 201);

  exchange.database.cluster.kill();
  const startedMs = systemClock.monotonicMs();
  const [health, ready, balances, order] = await Promise.all([
    exchange.call("GET /api/health"),
    exchange.call("GET /api/ready"),
    exchange.call("GET /api/balances", { token }),
    place("2901"),
  ]);
  equal(systemClock.monotonicMs() - startedMs < 5_000, true);
  equal(health.status, 200);
  deepEqual([ready.status, ready.body.checks?.database?.status], [503, "unhealthy"]);
  for (const reply of [balances, order]) {
    equal(reply.status, 503);
    match(String(reply.headers.get("content-type")), /problem\+json/);
  }
  equal(balances.body.code, "DATABASE_UNAVAILABLE");
  const metrics = await exchange.call("GET /api/metrics");
  const gauges = metrics.body.metrics?.gauges as unknown as Record<string, number>;
  equal(gauges.database_up, 0);
  equal("reconciliation_last_conclusive_timestamp_seconds" in gauges, false, "unknown is absent");

  await exchange.database.cluster.start();
  await until(() => isReady(exchange));
  await until(async () => (await place("2901")).status === 201);
  const orders = await exchange.call("GET /api/orders", { token });
  deepEqual(
    Object.values(orders.body.orders!)
      .map(({ price }) => String(price))
      .sort(),
    ["2900", "2901"],
  );
});

test("a hanging database does not hang readiness", async () => {
  await using exchange = await startTestExchange({ ownCluster: true });
  exchange.database.cluster.pause();
  const startedMs = systemClock.monotonicMs();
  const ready = await exchange.call("GET /api/ready");
  const tookMs = systemClock.monotonicMs() - startedMs;
  exchange.database.cluster.resume();
  deepEqual([ready.status, ready.body.checks?.database?.message], [503, "no answer within 800 ms"]);
  equal(tookMs < 1_500, true, `${tookMs} ms`);
});

test("failures land in the error store with their request, redacted, and count as errors; refusals do not", async () => {
  await using exchange = await startTestExchange({ env: { ASSAY_FAULTS: "enabled" } });
  const token = await exchange.plane.serviceToken();
  await exchange.call("POST /ops/faults/http.error", { token, body: {} });
  const read = () => exchange.call("GET /api/errors?limit=1", { token });
  // They are stored in the background, so that nobody waits for it.
  await until(async () => Number((await read()).body.summary?.total_errors) === 60);
  const errors = await read();
  const [event] = Object.values(errors.body.errors!);
  deepEqual([event?.error_type, event?.endpoint, event?.severity], ["Error", "GET /api/markets", "error"]);
  notEqual(event?.request_id, null);
  deepEqual([errors.body.summary?.total_errors, errors.body.summary?.by_type?.Error], [60, 60]);
});

test("every malformed input is refused as problem+json that names the field, and moves nothing", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "1000" } } });
  const { token } = exchange.customers.alice!;
  const headers = { "idempotency-key": "0123456789abcdef" };
  const faucet = (body: object) => exchange.call("POST /api/faucet", { token, headers, body: body as never });
  const attempts = [
    [await faucet({ asset: "USDT", amount: "1e3" }), "body.amount"],
    [await faucet({ asset: "USDT", amount: "-1" }), "body.amount"],
    [await faucet({ asset: "USDT", amount: "0.1234567" }), "body.amount"],
    [await faucet({ asset: "USDT", amount: 1 }), "body.amount"],
    [await faucet({ asset: "USDT", amount: (2n ** 127n).toString() }), "body.amount"],
    [await faucet({ asset: "DOGE", amount: "1" }), "body.asset"],
    [await faucet({ asset: "USDT", amount: "1", memo: "x" }), "body"],
    [await exchange.call("POST /api/auth/register", { body: { email: "alice", password: "x" } }), "body.email"],
    [
      await exchange.call("POST /api/auth/register", { body: { email: "b@example.com", password: "short" } }),
      "body.password",
    ],
    [await exchange.call("GET /api/transactions?limit=501", { token }), "query.limit"],
    [await exchange.call("GET /api/transactions?limit=-1", { token }), "query.limit"],
  ] as const;
  for (const [reply, path] of attempts) {
    deepEqual([reply.status, reply.body.code], [400, "INVALID_INPUT"], path);
    match(String(reply.headers.get("content-type")), /^application\/problem\+json/);
    equal(String(reply.body.errors?.[0]?.path).startsWith(path), true, `${path}: ${JSON.stringify(reply.body.errors)}`);
    equal(String(reply.body.request_id), reply.headers.get("x-request-id"));
  }
  const markup = await exchange.call("POST /api/auth/login", { body: { email: "<b>\n\u0000</b>", password: "x" } });
  equal(markup.status, 401);
  const [row] = await exchange.database.database.query<{ count: string }>(
    sql`select count(*) as count from ledger_transfers`,
  );
  equal(row!.count, "1");
});
