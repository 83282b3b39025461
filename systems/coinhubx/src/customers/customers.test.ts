import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createSeal } from "@assay/platform/auth/seal";
import { totpCode } from "@assay/platform/auth/totp";
import { systemClock } from "@assay/platform/clock/clock";
import { systemRandom } from "@assay/platform/random/random";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, toInstant } from "@assay/primitives/instant";
import { writeInitialFlags } from "../feature-flags/initial-flags.ts";
import { RATE_LIMITS } from "../rate-limits/rate-limit.ts";
import { createRateLimiter } from "../rate-limits/rate-limiter.ts";
import { createApiKeys } from "./api-keys.ts";
import { createSecurity } from "./security.ts";
import { createSignIn } from "./sign-in.ts";

const migrations = [join(import.meta.dirname, "../../migrations")];
const password = "correct horse battery";
const alice = { email: "Alice@Example.com", password, remoteAddress: "10.0.0.1" };

async function startCustomers() {
  const database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  await writeInitialFlags(database.app, { markets: ["ETH-USDT"], assets: ["ETH"] }, "local");
  let now = toInstant(1_800_000_000_000);
  const clock = { ...systemClock, now: () => now };
  const limiter = createRateLimiter({ database: database.app, clock });
  const options = {
    database: database.app,
    clock,
    random: systemRandom,
    limiter,
    seal: createSeal(new Uint8Array(32).fill(7), systemRandom),
  };
  return {
    database,
    signIn: createSignIn({ ...options, registerLimit: { ...RATE_LIMITS.register, limit: 100 } }),
    security: createSecurity(options),
    keys: createApiKeys(options),
    now: () => now,
    advance: (ms: number) => {
      now = addMs(now, ms);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

type Started = Awaited<ReturnType<typeof startCustomers>>;

async function registered({ signIn }: Started) {
  const result = await signIn.register(alice);
  if (!result.ok) throw new Error(result.refusal.code);
  const { customer, session, token } = result.value;
  return {
    id: customer.id,
    token,
    caller: { customerId: customer.id, sessionId: session.id, signedInAt: session.createdAt },
  };
}

async function withTotp(started: Started) {
  const known = await registered(started);
  const setUp = await started.security.setUpTotp(known.caller, {});
  if (!setUp.ok) throw new Error(setUp.refusal.code);
  const { secret } = setUp.value;
  const confirmed = await started.security.confirmTotp(known.caller, { totp: totpCode(secret, started.now()) });
  if (!confirmed.ok) throw new Error(confirmed.refusal.code);
  started.advance(MINUTE_MS);
  return {
    ...known,
    secret,
    recoveryCodes: confirmed.value.recoveryCodes,
    code: () => totpCode(secret, started.now()),
  };
}

test("a registered customer signs in with any spelling of the address, and nobody registers it twice", async () => {
  await using started = await startCustomers();
  const { id, token } = await registered(started);
  equal((await started.signIn.authenticate(token))?.customerId, id);
  const again = await started.signIn.register({ ...alice, email: " ALICE@example.com " });
  deepEqual(again, { ok: false, refusal: { code: "EMAIL_TAKEN" } });
  equal((await started.signIn.signIn({ ...alice, email: "alice@example.com" })).ok, true);
});

test("a wrong password and an unknown customer get the same answer", async () => {
  await using started = await startCustomers();
  await registered(started);
  const refused = { ok: false, refusal: { code: "BAD_CREDENTIALS" } };
  deepEqual(await started.signIn.signIn({ ...alice, password: "wrong horse battery" }), refused);
  deepEqual(await started.signIn.signIn({ ...alice, email: "nobody@example.com" }), refused);
});

test("the sixth attempt within five minutes blocks an account for fifteen, also with the right password", async () => {
  await using started = await startCustomers();
  await registered(started);
  for (let attempt = 0; attempt < 5; attempt += 1) await started.signIn.signIn({ ...alice, password: "wrong" });
  const blocked = await started.signIn.signIn(alice);
  deepEqual(blocked, { ok: false, refusal: { code: "RATE_LIMITED", retryAfterS: 900 } });
  started.advance(899 * SECOND_MS);
  equal((await started.signIn.signIn(alice)).ok, false);
  started.advance(2 * SECOND_MS);
  equal((await started.signIn.signIn(alice)).ok, true);
});

test("a session ends an hour after its last use, or thirty days after sign-in", async () => {
  await using started = await startCustomers();
  const { token } = await registered(started);
  started.advance(59 * MINUTE_MS);
  notEqual(await started.signIn.authenticate(token), undefined);
  started.advance(59 * MINUTE_MS);
  notEqual(await started.signIn.authenticate(token), undefined);
  started.advance(HOUR_MS);
  equal(await started.signIn.authenticate(token), undefined);

  const entered = await started.signIn.signIn(alice);
  const later = entered.ok ? entered.value.token : "";
  started.advance(30 * DAY_MS);
  await started.database.database.execute(sql`update sessions set last_seen_at = ${new Date(started.now())}`);
  equal(await started.signIn.authenticate(later), undefined);
});

test("with TOTP on, a sign-in wants a code, and each code works once", async () => {
  await using started = await startCustomers();
  const { code } = await withTotp(started);
  deepEqual(await started.signIn.signIn(alice), { ok: false, refusal: { code: "TOTP_REQUIRED" } });
  deepEqual(await started.signIn.signIn({ ...alice, totp: "000000" }), {
    ok: false,
    refusal: { code: "BAD_CREDENTIALS" },
  });
  equal((await started.signIn.signIn({ ...alice, totp: code() })).ok, true);
  deepEqual(await started.signIn.signIn({ ...alice, totp: code() }), {
    ok: false,
    refusal: { code: "BAD_CREDENTIALS" },
  });
});

test("a TOTP secret is not in the database in any form that makes codes", async () => {
  await using started = await startCustomers();
  const { secret, id } = await withTotp(started);
  const [row] = await started.database.database.query<{ text: string; sealed: Uint8Array }>(
    sql`select users::text as text, totp_sealed as sealed from users where id = ${id}`,
  );
  equal(row!.text.includes(secret), false);
  equal(Buffer.from(row!.sealed).includes(secret), false);
  // Swapped with another customer's, it opens for nobody.
  await started.database.database.execute(sql`
    update users set totp_sealed = ${Buffer.from(createSeal(new Uint8Array(32).fill(7), systemRandom).seal(secret, "cus_eve"))}
    where id = ${id}`);
  await rejects(started.signIn.signIn({ ...alice, totp: "000000" }), { code: "SEAL_BROKEN" });
});

test("each of the ten recovery codes stands in for a code once", async () => {
  await using started = await startCustomers();
  const { recoveryCodes } = await withTotp(started);
  equal(new Set(recoveryCodes).size, 10);
  equal((await started.signIn.signIn({ ...alice, totp: recoveryCodes[3]! })).ok, true);
  equal((await started.signIn.signIn({ ...alice, totp: recoveryCodes[3]! })).ok, false);
  equal((await started.signIn.signIn({ ...alice, totp: recoveryCodes[4]! })).ok, true);
});

test("a change of password ends the other sessions at once and holds withdrawals for a day", async () => {
  await using started = await startCustomers();
  const { caller, token } = await registered(started);
  const other = await started.signIn.signIn(alice);
  const changed = await started.security.changePassword(caller, { password, newPassword: "another horse battery" });
  equal(changed.ok, true);
  notEqual(await started.signIn.authenticate(token), undefined);
  equal(await started.signIn.authenticate(other.ok ? other.value.token : ""), undefined);
  equal((await started.signIn.signIn(alice)).ok, false);
  const entered = await started.signIn.signIn({ ...alice, password: "another horse battery" });
  equal(entered.ok && entered.value.customer.withdrawalsHeldUntil, addMs(started.now(), DAY_MS));
});

test("an old sign-in must give the password again before TOTP is set up, and guesses are throttled", async () => {
  await using started = await startCustomers();
  const { caller } = await registered(started);
  started.advance(16 * MINUTE_MS);
  deepEqual(await started.security.setUpTotp(caller, {}), { ok: false, refusal: { code: "PASSWORD_REQUIRED" } });
  for (let guess = 0; guess < 5; guess += 1) await started.security.setUpTotp(caller, { password: "guess" });
  const blocked = await started.security.setUpTotp(caller, { password });
  equal(!blocked.ok && blocked.refusal.code, "RATE_LIMITED");
});

test("setting TOTP up without a password takes back no failed guess of one", async () => {
  await using started = await startCustomers();
  const { caller } = await registered(started);
  const guess = () =>
    started.security.changePassword(caller, { password: "guess", newPassword: "another horse battery" });
  for (let count = 0; count < 5; count += 1) {
    deepEqual(await guess(), { ok: false, refusal: { code: "BAD_CREDENTIALS" } });
    equal((await started.security.setUpTotp(caller, {})).ok, true);
  }
  const blocked = await guess();
  equal(!blocked.ok && blocked.refusal.code, "RATE_LIMITED");
});

test("whoever has the code deletes all ten keys at once, and is not kept from changing the password by that", async () => {
  await using started = await startCustomers();
  const { id, caller } = await registered(started);
  const wish = { name: "bot", scopes: ["read"] as const, allowedNetworks: [], lifeMs: DAY_MS };
  for (let count = 0; count < 10; count += 1) {
    if (count % 3 === 0) started.advance(DAY_MS);
    await started.keys.create(id, { ...wish, lifeMs: 30 * DAY_MS });
  }
  const keys = await started.keys.list(id);
  equal(keys.length, 10);
  for (const key of keys) equal((await started.keys.delete(id, { id: key.id })).ok, true);
  equal((await started.security.changePassword(caller, { password, newPassword: "another horse battery" })).ok, true);
});

test("an address with half a character is none", async () => {
  await using started = await startCustomers();
  const refused = await started.signIn.register({ ...alice, email: "a\ud800b@example.com" });
  deepEqual(refused, { ok: false, refusal: { code: "NOT_AN_EMAIL" } });
});

test("an API key proves itself by its secret, from its networks, until it is deleted or expires", async () => {
  await using started = await startCustomers();
  const { id, code } = await withTotp(started);
  const wish = { name: "bot", scopes: ["read", "trade"] as const, allowedNetworks: ["10.0.0.0/8"], lifeMs: DAY_MS };
  deepEqual(await started.keys.create(id, wish), { ok: false, refusal: { code: "TOTP_REQUIRED" } });
  const created = await started.keys.create(id, { ...wish, totp: code() });
  if (!created.ok) throw new Error(created.refusal.code);
  const { token, key } = created.value;
  equal((await started.keys.authenticate(token, "10.1.2.3"))?.customerId, id);
  equal(await started.keys.authenticate(token, "192.0.2.1"), undefined);
  equal(
    await started.keys.authenticate(`${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`, "10.1.2.3"),
    undefined,
  );
  const stored = await started.database.database.query<{ text: string }>(
    sql`select api_keys::text as text from api_keys`,
  );
  equal(stored[0]!.text.includes(token.split("_")[2]!), false);
  started.advance(MINUTE_MS);
  equal((await started.keys.delete(id, { id: key.id, totp: code() })).ok, true);
  equal(await started.keys.authenticate(token, "10.1.2.3"), undefined);
});

test("a key that may withdraw wants TOTP and a list of networks, and three keys a day are enough", async () => {
  await using started = await startCustomers();
  const { id } = await registered(started);
  const wish = { name: "bot", scopes: ["withdraw"] as const, allowedNetworks: [], lifeMs: DAY_MS };
  deepEqual(await started.keys.create(id, wish), { ok: false, refusal: { code: "ADDRESS_LIST_REQUIRED" } });
  const listed = { ...wish, allowedNetworks: ["10.0.0.1"] };
  deepEqual(await started.keys.create(id, listed), { ok: false, refusal: { code: "TOTP_REQUIRED" } });
  const read = { ...wish, scopes: ["read"] as const };
  equal((await started.keys.create(id, read)).ok, true);
  equal((await started.keys.create(id, read)).ok, true);
  const fourth = await started.keys.create(id, read);
  equal(!fourth.ok && fourth.refusal.code, "RATE_LIMITED");
});
