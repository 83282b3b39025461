import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { assert } from "@assay/primitives/assert";
import { addMs, DAY_MS } from "@assay/primitives/instant";
import type { Refusal, Result } from "@assay/primitives/result";
import { request, type TestPerson, TestTrust } from "../trust-fixture.ts";
import { machine, person, reader } from "./principal.ts";
import type { Scope } from "./scopes.ts";

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

async function newKey(
  test: TestTrust,
  by: TestPerson,
  { scopes = ["alerts:write"], days = 30 }: { readonly scopes?: readonly Scope[]; readonly days?: number } = {},
) {
  const expiresAt = addMs(test.clock.now(), days * DAY_MS);
  const proof = { totp: await by.code() };
  const made = await test.trust.identity.apiKeys.create(by.principal, {
    name: "alertmanager",
    scopes,
    expiresAt,
    proof,
  });
  assert(made.ok, "a key is made");
  return made.value;
}

async function caller(test: TestTrust, key: string) {
  const found = await test.trust.authenticate(request({ authorization: `Bearer ${key}` }));
  return found.ok ? found.value : undefined;
}

test("a key calls as a machine with its scopes and nothing more, and is not readable anywhere", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { apiKey, key } = await newKey(test, ada);
  const who = await caller(test, key);
  deepEqual(who, { kind: "machine", keyId: apiKey.id, name: "alertmanager", scopes: ["alerts:write"] });
  const asked = request({});
  equal(codeOf(await machine("alerts:write").check(who, asked)), "accepted");
  equal(codeOf(await machine("heartbeats:write").check(who, asked)), "FORBIDDEN");
  equal(codeOf(await reader("read:alerts").check(who, asked)), "FORBIDDEN");
  equal(codeOf(await person("viewer").check(who, asked)), "FORBIDDEN");
  equal(codeOf(await machine("alerts:write").check(ada.principal, asked)), "FORBIDDEN");
  ok(key.startsWith(apiKey.prefix) && key.length > apiKey.prefix.length + 30);
  const stored = await test.database.database.query(sql`select *, encode(key_hash, 'escape') as e from api_keys`);
  const log = await test.trust.audit.list({ limit: 500 });
  ok(!JSON.stringify([stored, log]).includes(key));
  match(JSON.stringify(log), /api-key.created/);
});

test("a key that reads may read what it names, beside people who may look", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const who = await caller(test, (await newKey(test, ada, { scopes: ["read:alerts"] })).key);
  equal(codeOf(await reader("read:alerts").check(who, request({}))), "accepted");
  equal(codeOf(await reader("read:incidents").check(who, request({}))), "FORBIDDEN");
  equal(codeOf(await reader("read:incidents").check(ada.principal, request({}))), "accepted");
  equal(codeOf(await reader("read:incidents").check(undefined, request({}))), "UNAUTHENTICATED");
});

test("no key is without an end within a year, and it ends by itself", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { apiKeys } = test.trust.identity;
  const now = test.clock.now();
  for (const expiresAt of [now, addMs(now, -1), addMs(now, 366 * DAY_MS)]) {
    const input = { name: "x", scopes: ["alerts:write"], expiresAt, proof: undefined } as const;
    equal(codeOf(await apiKeys.create(ada.principal, input)), "END_NOT_VALID");
  }
  const { key } = await newKey(test, ada, { days: 1 });
  ok(await caller(test, key));
  await test.clock.advance(DAY_MS);
  equal(await caller(test, key), undefined);
});

test("a key is revoked at once by its owner or an admin, and when its owner leaves", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace", ["admin"])];
  const edsger = await test.person("Edsger", ["operator"]);
  const { apiKeys, people } = test.trust.identity;
  const [first, second] = [await newKey(test, grace), await newKey(test, grace)];
  equal(codeOf(await apiKeys.revoke(edsger.principal, first.apiKey.id)), "NOT_FOUND");
  equal(codeOf(await apiKeys.revoke(ada.principal, first.apiKey.id)), "accepted");
  equal(await caller(test, first.key), undefined);
  ok(await caller(test, second.key));
  equal(codeOf(await people.remove(ada.principal, grace.id, { totp: await ada.code() })), "accepted");
  equal(await caller(test, second.key), undefined);
  deepEqual(await apiKeys.list(edsger.principal), []);
  equal((await apiKeys.list(ada.principal)).length, 2);
});

test("making a key needs a second factor, and its last use is shown", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { apiKeys } = test.trust.identity;
  const input = { name: "x", scopes: ["alerts:write"], expiresAt: addMs(test.clock.now(), DAY_MS) } as const;
  const later = { ...ada.principal, steppedUpAt: null };
  equal(codeOf(await apiKeys.create(later, { ...input, proof: undefined })), "TOTP_REQUIRED");
  const { key } = await newKey(test, ada);
  equal((await apiKeys.list(ada.principal))[0]?.lastUsedAt, null);
  await caller(test, key);
  equal((await apiKeys.list(ada.principal))[0]?.lastUsedAt, test.clock.now());
});
