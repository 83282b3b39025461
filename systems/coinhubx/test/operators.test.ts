import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { parseManifest } from "@assay/operations/manifest/parse-manifest";
import { sql } from "@assay/platform/storage/sql";
import type { JsonObject } from "@assay/primitives/json";
import { startTestExchange, TEST_PASSWORD, type TestExchange } from "./test-exchange.ts";
import { until } from "./until.ts";

const order = (price: string, quantity = "0.1") => ({
  market: "ETH-USDT",
  side: "buy",
  type: "limit",
  price,
  quantity,
});

async function place(
  exchange: TestExchange,
  name: string,
  body: ReturnType<typeof order> & { client_order_id?: string },
) {
  const headers = body.client_order_id === undefined ? { "idempotency-key": crypto.randomUUID() } : {};
  return await exchange.call("POST /api/orders", { token: exchange.customers[name]!.token, headers, body });
}

test("C7: once a disable is answered no new order commits, cancelling works, and two people are asked before it opens", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "10000" } } });
  const operator = await exchange.plane.token(["operator"]);
  const resting = await place(exchange, "alice", order("2900"));
  equal(resting.status, 201);

  const body = { reason: "a strange price" };
  const disabled = await exchange.call("POST /api/feature-flags/trading/disable", { token: operator, body });
  equal(disabled.status, 200);
  const { correlation_id, timestamp, ...said } = disabled.body as unknown as Record<string, string>;
  match(String(timestamp), /Z$/);
  match(String(correlation_id), /^flag_/);
  deepEqual(said, {
    success: true,
    flag_name: "trading_enabled",
    enabled: false,
    before_value: true,
    after_value: false,
    updated_by: "per_1",
    reason: "a strange price",
    in_flight: { open_orders: 1, unsigned: 0, unconfirmed: 0 },
  });
  equal(
    exchange.lines.some(({ message, flag }) => message === "FEATURE_FLAG_UPDATE" && flag === "trading"),
    true,
  );

  const refused = await place(exchange, "alice", order("2900"));
  deepEqual([refused.status, refused.body.code, refused.headers.get("retry-after")], [503, "TRADING_DISABLED", "60"]);
  const orderId = String(resting.body.order_id);
  const canceled = await exchange.call(`DELETE /api/orders/${orderId}`, { token: exchange.customers.alice!.token });
  equal(canceled.status, 200);

  const again = await exchange.call("POST /api/feature-flags/trading/disable", { token: operator, body: {} });
  deepEqual([again.status, again.body.before_value], [200, false]);
  const unknown = await exchange.call("POST /api/feature-flags/trade/disable", { token: operator, body: {} });
  deepEqual([unknown.status, unknown.body.code], [404, "UNKNOWN_FLAG"]);
  const metrics = await exchange.call("GET /api/metrics");
  const gauges = metrics.body.metrics?.gauges as unknown as Record<string, number>;
  equal(gauges['feature_flag_enabled{flag="trading"}'], 0);
  equal(gauges.feature_flags_closed, 1);
  equal(metrics.body.metrics?.counters?.http_errors_total, 0);
});

test("C7: under a stream of orders none commits after the disable is answered", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "100000" } } });
  const operator = await exchange.plane.token(["operator"]);
  let isOver = false;
  const stream = Array.from({ length: 8 }, async () => {
    while (!isOver) await place(exchange, "alice", order("2900", "0.01"));
  });
  const countOrders = async () => {
    const [row] = await exchange.database.database.query<{ count: string }>(sql`select count(*) as count from orders`);
    return Number(row!.count);
  };
  while ((await countOrders()) < 20) await place(exchange, "alice", order("2900", "0.01"));
  equal((await exchange.call("POST /api/feature-flags/trading/disable", { token: operator, body: {} })).status, 200);
  const atAnswer = await countOrders();
  await Promise.all(Array.from({ length: 20 }, () => place(exchange, "alice", order("2900", "0.01"))));
  isOver = true;
  await Promise.all(stream);
  equal(await countOrders(), atAnswer);
});

test("F1: with the table of switches unreadable orders are refused and nothing is reserved", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "10000" } } });
  await exchange.database.database.execute(sql`alter table feature_flags rename to gone`);
  const refused = await place(exchange, "alice", order("2900"));
  equal(refused.status, 503);
  const balances = await exchange.call("GET /api/balances", { token: exchange.customers.alice!.token });
  equal(balances.body.balances?.[1]?.in_orders, "0");
});

test("opening what is not a matter of the books asks the plane for two people in the caller's name", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["operator"]);
  await exchange.call("POST /api/feature-flags/signups/disable", { token, body: {} });
  const asked = await exchange.call("POST /api/feature-flags/signups/enable", {
    token,
    body: { reason: "all is well" },
  });
  deepEqual(
    [asked.status, asked.body],
    [
      202,
      {
        success: true,
        status: "approval_required",
        approval_id: "apr_1",
        code: "7QK2-M0ZD",
        expires_at: "2030-01-01T00:00:00.000Z",
      },
    ],
  );
  deepEqual(exchange.plane.approvals, [
    {
      action: "coinhubx.signups.enable",
      params: { reason: "all is well" },
      reason: "all is well",
      requesterToken: token,
    },
  ]);
  const flags = await exchange.call("GET /api/feature-flags", { token });
  const signups = Object.values(flags.body.flags!).find((flag) => String(flag.flag_name) === "signups");
  equal(signups?.enabled, false);
});

test("in maintenance a customer reads and cancels, and changes nothing else", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "100" } } });
  const { token } = exchange.customers.alice!;
  const body = { ...order("2999", "0.01"), client_order_id: "m1" };
  const placed = await exchange.call("POST /api/orders", { token, body });
  const operator = await exchange.plane.token(["operator"]);
  await exchange.call("POST /api/feature-flags/maintenance_mode/enable", { token: operator, body: {} });
  const writes: [string, JsonObject][] = [
    ["POST /api/orders", { ...body, client_order_id: "m2" }],
    ["POST /api/auth/password", { password: TEST_PASSWORD, new_password: `${TEST_PASSWORD} again` }],
    ["POST /api/auth/totp/setup", {}],
    ["POST /api/api-keys", { name: "bot", scopes: ["read"] }],
  ];
  for (const [request, input] of writes) {
    const reply = await exchange.call(request, { token, body: input });
    deepEqual([reply.status, reply.body.code], [503, "MAINTENANCE"], request);
    equal(reply.headers.get("retry-after"), "60", request);
  }
  equal((await exchange.call("GET /api/balances", { token })).status, 200);
  equal((await exchange.call(`DELETE /api/orders/${placed.body.order_id}`, { token })).status, 200);
});

test("maintenance is reversed: starting it is immediate, ending it takes two", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "1000" } } });
  const token = await exchange.plane.token(["operator"]);
  equal((await exchange.call("POST /api/feature-flags/maintenance_mode/enable", { token, body: {} })).status, 200);
  const refused = await place(exchange, "alice", order("2900"));
  deepEqual([refused.status, refused.body.code], [503, "MAINTENANCE"]);
  equal((await exchange.call("GET /api/balances", { token: exchange.customers.alice!.token })).status, 200);
  equal((await exchange.call("POST /api/feature-flags/maintenance_mode/disable", { token, body: {} })).status, 202);
});

test("a dangerous action needs the plane's grant for exactly this action and these parameters, once", async () => {
  await using exchange = await startTestExchange();
  const path = "POST /ops/actions/coinhubx.trading.disable";
  const params = { reason: "drill" };
  const operator = await exchange.plane.token(["operator", "approver", "admin"]);
  equal((await exchange.call(path, { token: operator, body: { params } })).status, 403);

  const grant = await exchange.plane.grant("coinhubx.trading.disable", params);
  const invalid = [
    await exchange.call(path, { token: grant, body: { params: { reason: "another" } } }),
    await exchange.call("POST /ops/actions/coinhubx.withdrawals.disable", { token: grant, body: { params } }),
    await exchange.call(path, { token: grant, body: { params, approval: { id: "apr_2", digest: "a".repeat(64) } } }),
    await exchange.call(path, { token: `${grant.slice(0, -4)}AAAA`, body: { params } }),
  ];
  for (const reply of invalid) deepEqual([reply.status, reply.body.code], [403, "APPROVAL_INVALID"]);
  equal((await exchange.call("GET /api/errors", { token: grant })).status, 401);

  const requester = { id: "per_7", name: "Ada" };
  const done = await exchange.call(path, { token: grant, body: { params, requester } });
  deepEqual(
    [done.status, done.body.result],
    [200, { flag: "trading", before: true, after: false, updated_by: "per_7" }],
  );
  const repeated = await exchange.call(path, { token: grant, body: { params, requester } });
  deepEqual([repeated.status, repeated.body.code], [403, "APPROVAL_INVALID"]);
});

test("trading opens again only by a grant, and not before the books are known to agree", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "1000" } } });
  const token = await exchange.plane.token(["operator"]);
  await exchange.call("POST /api/feature-flags/trading/disable", { token, body: {} });
  const asked = await exchange.call("POST /api/feature-flags/trading/enable", { token, body: {} });
  deepEqual([asked.status, asked.body.code], [409, "NOT_RECONCILED"]);
  const open = "POST /ops/actions/coinhubx.trading.enable";
  const refused = await exchange.call(open, {
    token: await exchange.plane.grant("coinhubx.trading.enable", {}),
    body: {},
  });
  deepEqual([refused.status, refused.body.code], [409, "NOT_RECONCILED"]);

  const report = await exchange.call("POST /api/reconciliation/run", { token, body: {} });
  deepEqual([report.status, report.body.verdict, report.body.mismatches], [200, "reconciled", []]);
  equal((await exchange.call("POST /api/feature-flags/trading/enable", { token, body: {} })).status, 202);
  const opened = await exchange.call(open, {
    token: await exchange.plane.grant("coinhubx.trading.enable", {}),
    body: {},
  });
  deepEqual([opened.status, opened.body.result?.after], [200, true]);
});

test("a balance changed behind the application stops trading by itself, and the repair of two people lets it go on", async () => {
  await using exchange = await startTestExchange({
    balances: { alice: { USDT: "1000" } },
    env: { ASSAY_FAULTS: "enabled" },
  });
  const token = await exchange.plane.serviceToken();
  const injected = await exchange.call("POST /ops/faults/ledger.tamper", { token, body: {} });
  equal(injected.body.details?.account, `${exchange.customers.alice!.id}/customer/USDT`);
  const report = await exchange.call("POST /ops/actions/coinhubx.reconciliation.run", { token, body: {} });
  deepEqual([report.body.result?.verdict, report.body.result?.reconciled], ["mismatch", false]);
  deepEqual((await place(exchange, "alice", order("2900"))).body.code, "TRADING_DISABLED");
  const reports = await exchange.call("GET /api/reconciliation/reports?limit=1", { token });
  const found = Object.values(reports.body.reports![0]!.mismatches!).find(({ check }) => String(check) === "R2");
  deepEqual([found?.user_id, found?.difference], [exchange.customers.alice!.id, "1"]);
  const metrics = await exchange.call("GET /api/metrics");
  equal(Number(metrics.body.metrics?.counters?.reconciliation_mismatches_total) > 0, true);

  const params = { account_id: String(injected.body.details?.account_id), reason: "tampered with, see report" };
  const grant = await exchange.plane.grant("coinhubx.ledger.rebuild_balance", params);
  const repair = await exchange.call("POST /ops/actions/coinhubx.ledger.rebuild_balance", {
    token: grant,
    body: { params },
  });
  equal(repair.status, 200);
  const after = await exchange.call("POST /api/reconciliation/run", { token, body: {} });
  equal(after.body.verdict, "reconciled");
});

test("the ledger probe books a pending transfer and voids it", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["operator"]);
  const probed = await exchange.call("POST /ops/actions/coinhubx.ledger.probe", { token, body: {} });
  equal(probed.status, 200);
  const rows = await exchange.database.database.query<{ kind: string }>(
    sql`select kind from ledger_transfers order by sequence`,
  );
  deepEqual(
    rows.map(({ kind }) => kind),
    ["pending", "void_pending"],
  );
});

test("an adjustment by two people is in the audit log before it is in the journal, and not repeatable by the same grant", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "10" } } });
  const params = {
    owner: exchange.customers.alice!.id,
    account: "customer",
    asset: "USDT",
    amount: "2.5",
    direction: "credit",
    reason: "found a lost deposit",
    incident_id: "INC-1",
  };
  const grant = await exchange.plane.grant("coinhubx.ledger.adjust", params);
  const path = "POST /ops/actions/coinhubx.ledger.adjust";
  equal((await exchange.call(path, { token: grant, body: { params } })).status, 200);
  const balances = await exchange.call("GET /api/balances", { token: exchange.customers.alice!.token });
  equal(balances.body.balances?.[1]?.available, "12.5");
  const [entry] = await exchange.database.database.query(sql`
    select entry ->> 'action' as action from audit_outbox where created_at <= (select max(recorded_at) from ledger_transfers)
    order by id desc limit 1`);
  deepEqual(entry, { action: "coinhubx.ledger.admin_adjustment.approved" });

  const typo = { ...params, owner: "cus_nobody" };
  const lost = await exchange.call(path, {
    token: await exchange.plane.grant("coinhubx.ledger.adjust", typo),
    body: { params: typo },
  });
  deepEqual([lost.status, lost.body.code], [404, "UNKNOWN_USER"]);

  const tooMuch = { ...params, direction: "debit", amount: "100" };
  const second = await exchange.plane.grant("coinhubx.ledger.adjust", tooMuch);
  const refused = await exchange.call(path, { token: second, body: { params: tooMuch } });
  deepEqual([refused.status, refused.body.transfer_refusal], [409, "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID"]);
});

test("the manifest is one the plane accepts, and faults are in it only when they are enabled", async () => {
  await using plain = await startTestExchange();
  const token = await plain.plane.serviceToken();
  const { body } = await plain.call("GET /ops/manifest", { token });
  const parsed = parseManifest(body);
  equal(parsed.ok, true, JSON.stringify(parsed));
  deepEqual(body.faults, []);
  equal((await plain.call("POST /ops/faults/http.error", { token, body: {} })).status, 404);

  await using broken = await startTestExchange({ env: { ASSAY_FAULTS: "enabled" } });
  const service = await broken.plane.serviceToken();
  const manifest = await broken.call("GET /ops/manifest", { token: service });
  equal(
    Object.values(manifest.body.faults!).some((fault) => String(fault.name) === "ledger.tamper"),
    true,
  );
  equal(
    broken.lines.some(({ message }) => message.includes("Fault injection is enabled")),
    true,
  );
  const injected = await broken.call("POST /ops/faults/http.error", { token: service, body: {} });
  deepEqual([injected.status, injected.body.details], [200, { requests: 60 }]);
  const metrics = await broken.call("GET /api/metrics");
  equal(metrics.body.metrics?.counters?.http_errors_total, 60);
  const read = () => broken.call("GET /api/errors?group=1", { token: service });
  await until(async () => Number((await read()).body.groups?.[0]?.count) === 60);
  const errors = await read();
  deepEqual([errors.body.groups?.[0]?.count, errors.body.groups?.[0]?.message], [60, "the fault http.error is in"]);
  equal((await broken.call("POST /ops/faults/http.error/clear", { token: service, body: {} })).status, 200);
  equal((await broken.call("GET /api/markets")).status, 200);
});

test("the customers' pages are watched where their address is configured, and not named where it is not", async () => {
  const watched = async (env: Record<string, string>) => {
    await using exchange = await startTestExchange({ env });
    const token = await exchange.plane.serviceToken();
    const { body } = await exchange.call("GET /ops/manifest", { token });
    const services = Object.values(body.services!).filter(({ name }) => String(name) === "coinhubx-frontend");
    const checks = Object.values(body.healthChecks!).filter(({ service }) => String(service) === "coinhubx-frontend");
    return { urls: services.map(({ url }) => String(url)), paths: checks.map(({ path }) => String(path)) };
  };
  const origin = "http://127.0.0.1:3001";
  deepEqual(await watched({ COINHUBX_FRONTEND_ORIGIN: origin }), { urls: [origin], paths: ["/health"] });
  deepEqual(await watched({}), { urls: [], paths: [] });
});
