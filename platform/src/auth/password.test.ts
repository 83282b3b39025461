import { equal, match, notEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "./gate.ts";
import { hashPassword, isOutdatedHash, verifyPassword } from "./password.ts";

test("a password verifies against its own hash and no other does", async () => {
  const hash = await hashPassword("correct horse battery staple");
  match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  equal(await verifyPassword("correct horse battery staple", hash), true);
  equal(await verifyPassword("correct horse battery stapl", hash), false);
  equal(await verifyPassword("", hash), false);
});

test("the same password has another hash each time", async () => {
  notEqual(await hashPassword("one and the same"), await hashPassword("one and the same"));
});

test("a password is the same however its letters are composed", async () => {
  const hash = await hashPassword("caf\u00e9 au lait");
  equal(await verifyPassword("cafe\u0301 au lait", hash), true);
});

test("the reference implementation's hash verifies", async () => {
  // echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 (phc-winner-argon2, test.c)
  const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  equal(await verifyPassword("password", hash), true);
  equal(isOutdatedHash(hash), false);
});

test("a stored hash that asks for too much work, or is none, is a failure", async () => {
  const greedy = "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  for (const hash of [greedy, "", "plain", "$2b$10$abcdefghijklmnopqrstuv"])
    await rejects(verifyPassword("password", hash), { code: "BAD_PASSWORD_HASH" });
});

test("a gate lets as many in as it should, in order, and turns away the rest", async () => {
  const gate = new Gate({ atOnce: 1, waiting: 1 });
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = gate.pass(async () => {
    order.push("one");
    await first.promise;
  });
  const two = gate.pass(async () => void order.push("two"));
  await rejects(
    gate.pass(async () => undefined),
    { code: "OVERLOADED", retryable: true },
  );
  equal(order.join(), "one");
  first.resolve();
  await Promise.all([one, two]);
  equal(order.join(), "one,two");
  await gate.pass(async () => void order.push("three"));
  equal(order.length, 3);
});
