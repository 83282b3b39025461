import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { totpCode } from "@assay/platform/auth/totp";
import { systemClock } from "@assay/platform/clock/clock";
import { startTestExchange, TEST_PASSWORD } from "./test-exchange.ts";

test("a customer registers, sets TOTP up, signs in with it and makes an API key that reads and cannot do more", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "1000.5" } } });
  const { alice } = exchange.customers;
  const token = alice!.token;

  const setUp = await exchange.call("POST /api/auth/totp/setup", { token, body: {} });
  equal(setUp.status, 200);
  match(String(setUp.body.uri), /^otpauth:\/\/totp\/CoinHubX/);
  const code = totpCode(String(setUp.body.secret), systemClock.now());
  const confirmed = await exchange.call("POST /api/auth/totp/confirm", { token, body: { code } });
  const [recovery, second, ...others] = Object.values(confirmed.body.recovery_codes!).map(String);
  equal(others.length, 8);

  const credentials = { email: alice!.email, password: TEST_PASSWORD };
  const asked = await exchange.call("POST /api/auth/login", { body: credentials });
  deepEqual([asked.status, asked.body.code], [403, "TOTP_REQUIRED"]);
  const entered = await exchange.call("POST /api/auth/login", { body: { ...credentials, totp_code: recovery! } });
  equal(entered.status, 200);
  match(entered.headers.get("set-cookie")!, /^coinhubx_session=chs_.*HttpOnly; SameSite=Strict/);
  equal(entered.body.session_token, undefined);

  const wish = { name: "reader", scopes: ["read"], totp_code: second! };
  const created = await exchange.call("POST /api/api-keys", { token, body: wish });
  equal(created.status, 201);
  match(String(created.body.api_key), /^chx_[0-9a-f]{16}_[0-9a-f]{64}$/);
  const key = String(created.body.api_key);
  const balances = await exchange.call("GET /api/balances", { token: key });
  deepEqual(balances.body.balances?.[1], {
    asset: "USDT",
    total: "1000.5",
    available: "1000.5",
    in_orders: "0",
    on_hold: "0",
  });
  const headers = { "idempotency-key": "0123456789abcdef" };
  const faucet = await exchange.call("POST /api/faucet", { token: key, headers, body: { asset: "ETH", amount: "1" } });
  deepEqual([faucet.status, faucet.body.code], [403, "FORBIDDEN"]);
  equal((await exchange.call("POST /api/api-keys", { token: key, body: wish })).status, 403);
  const listed = await exchange.call("GET /api/api-keys", { token });
  equal(JSON.stringify(listed.body).includes(key.split("_")[2]!), false);
});

test("the cookie of a browser signs in, and signing out ends it", async () => {
  await using exchange = await startTestExchange();
  await exchange.register("alice");
  const body = { email: "alice@example.com", password: TEST_PASSWORD };
  const entered = await exchange.call("POST /api/auth/login", { body });
  const cookie = entered.headers.get("set-cookie")!.split(";")[0]!;
  const session = await exchange.call("GET /api/auth/session", { headers: { cookie } });
  deepEqual([session.status, session.body.email, session.body.level], [200, "alice@example.com", "basic"]);
  const crossSite = { cookie, "sec-fetch-site": "cross-site" };
  equal((await exchange.call("POST /api/auth/logout", { headers: crossSite, body: {} })).status, 403);
  equal((await exchange.call("POST /api/auth/logout", { headers: { cookie }, body: {} })).status, 200);
  equal((await exchange.call("GET /api/auth/session", { headers: { cookie } })).status, 401);
});

test("the sixth sign-in within five minutes is refused with the time to wait, and counted", async () => {
  await using exchange = await startTestExchange();
  await exchange.register("alice");
  const body = { email: "alice@example.com", password: "not her password" };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const refused = await exchange.call("POST /api/auth/login", { body });
    deepEqual([refused.status, refused.body.code], [401, "BAD_CREDENTIALS"]);
  }
  const blocked = await exchange.call("POST /api/auth/login", { body: { ...body, password: TEST_PASSWORD } });
  deepEqual([blocked.status, blocked.body.code], [429, "RATE_LIMITED"]);
  equal(Number(blocked.headers.get("retry-after")) > 890, true);
  const metrics = await exchange.call("GET /api/metrics");
  equal(metrics.body.metrics?.counters?.failed_logins_total, 5);
});

test("the faucet gives once per key, within its day's bound, and shows up in the statement", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { ETH: "400" } } });
  const { token } = exchange.customers.alice!;
  const take = (amount: string, key: string) =>
    exchange.call("POST /api/faucet", { token, headers: { "idempotency-key": key }, body: { asset: "ETH", amount } });

  const first = await take("600", "key-number-one-00");
  equal(first.status, 201);
  const replay = await take("600", "key-number-one-00");
  deepEqual([replay.status, replay.headers.get("x-idempotent-replay"), replay.body], [201, "true", first.body]);
  const reused = await take("601", "key-number-one-00");
  deepEqual([reused.status, reused.body.code, reused.body.field], [422, "IDEMPOTENCY_KEY_REUSED", "amount"]);
  const empty = await take("0.000000000000000001", "key-number-two-00");
  deepEqual([empty.status, empty.body.code], [409, "FAUCET_EMPTY"]);
  const keyless = await exchange.call("POST /api/faucet", { token, body: { asset: "ETH", amount: "1" } });
  deepEqual([keyless.status, keyless.body.code], [400, "IDEMPOTENCY_KEY_REQUIRED"]);

  const statement = await exchange.call("GET /api/transactions?limit=1", { token });
  const line = statement.body.transactions?.[0];
  deepEqual([line?.type, line?.amount, line?.direction, line?.balance_after], ["faucet", "600", "credit", "1000"]);
  const rest = await exchange.call(`GET /api/transactions?cursor=${statement.body.next_cursor}`, { token });
  equal(rest.body.transactions?.[0]?.balance_after, "400");
  equal(rest.body.next_cursor, null);
});

test("outside local mode there is no faucet, and nothing is open before two people opened it", async () => {
  await using exchange = await startTestExchange({ env: { ASSAY_ENVIRONMENT: "staging" } });
  const body = { email: "alice@example.com", password: TEST_PASSWORD };
  const registered = await exchange.call("POST /api/auth/register", { body });
  deepEqual([registered.status, registered.body.code], [503, "SIGNUPS_DISABLED"]);
  equal(registered.headers.get("retry-after"), "60");
  equal((await exchange.call("POST /api/faucet", { body: {} })).status, 404);
});
