import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { startTestExchange, type TestExchange } from "./test-exchange.ts";

interface Operation {
  readonly method: string;
  readonly path: string;
}

const OPEN = new Set([
  "GET /api/health",
  "GET /health",
  "GET /api/ready",
  "GET /ready",
  "POST /api/auth/register",
  "POST /api/auth/login",
  // Loopback may scrape, as the specification says.
  "GET /api/metrics",
  "GET /api/metrics/prometheus",
  "GET /api/banners",
]);
const isPublic = ({ method, path }: Operation) => OPEN.has(`${method} ${path}`) || path.startsWith("/api/markets");

test("an id that no database can hold is bad input, never a failure of the server", async () => {
  await using exchange = await startTestExchange();
  const { token } = await exchange.register("alice");
  for (const request of [
    "GET /api/orders/%00",
    "DELETE /api/orders/%00",
    "GET /api/orders?cursor=%00",
    "GET /api/fills?order_id=%00",
    "DELETE /api/api-keys/%00",
  ]) {
    const { status, body } = await exchange.call(request, { token });
    deepEqual([status, body.code], [400, "INVALID_INPUT"], request);
  }
});

test("the journal of one account is found by its name and by its number, newest first and page by page", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "3", ETH: "1" }, bob: { USDT: "5" } } });
  const token = await exchange.plane.token(["auditor"]);
  const key = `${exchange.customers.alice!.id}/customer/USDT`;
  const transfers = async (query: string) => {
    const { body } = await exchange.call(`GET /api/admin/ledger/transfers?${query}`, { token });
    return { amounts: Object.values(body.transfers!).map(({ amount }) => String(amount)), next: body.next_cursor };
  };
  deepEqual((await transfers(`account=${key}`)).amounts, ["3"]);
  const [row] = await exchange.database.database.query<{ id: string }>(
    sql`select id from ledger_accounts where key = 'house/house/USDT'`,
  );
  const first = await transfers(`account=${row!.id}&limit=1`);
  deepEqual(first.amounts, ["5"]);
  deepEqual((await transfers(`account=${row!.id}&cursor=${first.next}`)).amounts, ["3"]);
  deepEqual((await transfers("limit=10")).amounts, ["5", "1", "3"]);
  deepEqual((await transfers("account=nobody")).amounts, []);
});

async function everyOperation(exchange: TestExchange): Promise<Operation[]> {
  const { paths } = (await exchange.call("GET /api/openapi.json")).body;
  const operations = Object.entries(paths!).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
  equal(operations.length > 30, true, "the description lists the routes");
  return operations.filter((operation) => !isPublic(operation));
}

function requestOf({ method, path }: Operation): `${string} ${string}` {
  return `${method} ${path.replace(/\{name\}/g, "trading").replace(/\{[^}]+\}/g, "1")}`;
}

async function digest(exchange: TestExchange): Promise<string> {
  const [row] = await exchange.database.database.query<{ digest: string }>(sql`
    select md5(coalesce((select string_agg(f::text, ',' order by name) from feature_flags f), '')
      || (select count(*) from ledger_transfers)::text || (select count(*) from audit_outbox)::text
      || (select count(*) from orders)::text || (select count(*) from used_grants)::text
      || (select count(*) from paused_queues)::text || (select count(*) from known_issues)::text) as digest`);
  return row!.digest;
}

test("A1: no route beyond the public ones answers without a valid token, whatever headers, path or body say", async () => {
  await using exchange = await startTestExchange();
  const before = await digest(exchange);
  const forged = await exchange.plane.token(["admin", "operator", "viewer"], { aud: "another-system" });
  const signed = await exchange.plane.token(["admin", "operator", "viewer"]);
  const broken = `${signed.slice(0, -4)}AAAA`;
  const claims = { "x-admin": "true", "x-forwarded-user": "admin", "x-role": "admin", cookie: "admin=true" };
  for (const operation of await everyOperation(exchange)) {
    const hasBody = operation.method !== "GET";
    const body = hasBody ? { body: { admin: true, roles: ["admin"], "x-admin": "true" } } : {};
    const attempts = [
      { headers: claims },
      { headers: { ...claims, authorization: "Basic YWRtaW46YWRtaW4=" } },
      { headers: claims, token: forged },
      { headers: claims, token: broken },
      { headers: claims, token: "chs_0000000000000000000000000000000000000000000" },
      { headers: claims, token: `chx_0000000000000000_${"0".repeat(64)}` },
      { headers: claims, token: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0." },
    ];
    for (const attempt of attempts) {
      const reply = await exchange.call(requestOf(operation), { ...body, ...attempt });
      deepEqual([reply.status, reply.body?.code], [401, "UNAUTHENTICATED"], `${operation.method} ${operation.path}`);
    }
  }
  equal(await digest(exchange), before);
});

test("A1: a customer's session opens no operator's route, and an operator's token no customer's", async () => {
  await using exchange = await startTestExchange({ balances: { alice: {} } });
  const before = await digest(exchange);
  const customerToken = exchange.customers.alice!.token;
  const operatorToken = await exchange.plane.token(["viewer"]);
  for (const operation of await everyOperation(exchange)) {
    const isCustomers = /^\/api\/(auth|api-keys|balances|transactions|limits|faucet|orders|fills)/.test(operation.path);
    const token = isCustomers ? operatorToken : customerToken;
    const reply = await exchange.call(requestOf(operation), { token, headers: { "x-admin": "true" } });
    deepEqual([reply.status, reply.body?.code], [403, "FORBIDDEN"], `${operation.method} ${operation.path}`);
  }
  equal(await digest(exchange), before);
});

test("a viewer reads and cannot change, and roles do not imply one another", async () => {
  await using exchange = await startTestExchange();
  const viewer = await exchange.plane.token(["viewer"]);
  const admin = await exchange.plane.token(["admin"]);
  equal((await exchange.call("GET /api/feature-flags", { token: viewer })).status, 200);
  equal((await exchange.call("GET /api/feature-flags", { token: admin })).status, 200);
  for (const token of [viewer, admin]) {
    equal((await exchange.call("POST /api/feature-flags/trading/disable", { token, body: {} })).status, 403);
    equal((await exchange.call("GET /api/admin/ledger/transfers", { token })).status, 403);
  }
});

test("with the plane out of reach operators get 503 and customers notice nothing; known keys go on working", async () => {
  await using exchange = await startTestExchange({ balances: { alice: {} } });
  const token = await exchange.plane.token(["operator"]);
  const service = await exchange.plane.serviceToken();
  const { token: session } = exchange.customers.alice!;
  await exchange.plane.leave();
  const cold = await exchange.call("GET /api/errors", { token });
  deepEqual([cold.status, cold.body.code], [503, "IDENTITY_UNAVAILABLE"]);
  equal((await exchange.call("GET /api/balances", { token: session })).status, 200);
  equal((await exchange.call("GET /api/ready", { token })).status, 200);
  notEqual(service, token);
});

test("with cached keys a stop works while the plane is away, and a start is refused", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["operator"]);
  equal((await exchange.call("GET /api/errors", { token })).status, 200);
  await exchange.plane.leave();
  equal((await exchange.call("POST /api/feature-flags/deposits/disable", { token, body: {} })).status, 200);
  const enabled = await exchange.call("POST /api/feature-flags/deposits/enable", { token, body: {} });
  deepEqual([enabled.status, enabled.body.code], [503, "APPROVALS_UNAVAILABLE"]);
});
