import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { SoftwareAuthenticator } from "@assay/platform/testing/software-authenticator";
import { assert } from "@assay/primitives/assert";
import type { Refusal, Result } from "@assay/primitives/result";
import { PASSWORD, type TestPerson, TestTrust, VISITOR } from "../trust-fixture.ts";

const ORIGIN = "http://localhost:3000";
const [DIGEST, OTHER_DIGEST] = ["a".repeat(64), "b".repeat(64)];

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

/** Registers a passkey as the console does. */
async function addPasskey(test: TestTrust, person: TestPerson, name = "laptop"): Promise<SoftwareAuthenticator> {
  const { passkeys } = test.trust.identity;
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  const begun = await passkeys.beginRegistration(person.principal, { totp: await person.code() });
  assert(begun.ok, "registration begins");
  const { challengeId, options } = begun.value;
  const made = await passkeys.register(person.principal, { challengeId, name, passkey: authenticator.create(options) });
  assert(made.ok, "the passkey is registered");
  return authenticator;
}

/** Signs for an approval with this digest. */
async function prove(
  test: TestTrust,
  [person, authenticator]: readonly [TestPerson, SoftwareAuthenticator],
  digest = DIGEST,
) {
  const asked = await test.trust.identity.stepUp.challenge(person.id, { kind: "approval", digest });
  assert(asked.ok, "a challenge is given");
  return { passkey: authenticator.sign(asked.value.options), challengeId: asked.value.challengeId };
}

test("a person has several named passkeys, each added and removed with proof, and all of it is remembered", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { passkeys } = test.trust.identity;
  const later = { ...ada.principal, steppedUpAt: null };
  equal(codeOf(await passkeys.beginRegistration(later, undefined)), "TOTP_REQUIRED");
  await addPasskey(test, ada, "laptop");
  await addPasskey(test, ada, "key on my ring");
  const [first, second] = await passkeys.list(ada.id);
  deepEqual([first?.name, second?.name], ["laptop", "key on my ring"]);
  equal(codeOf(await passkeys.remove(later, first!.id, undefined)), "TOTP_REQUIRED");
  equal(codeOf(await passkeys.remove(ada.principal, first!.id, { totp: await ada.code() })), "accepted");
  deepEqual(
    (await passkeys.list(ada.id)).map(({ id }) => id),
    [second!.id],
  );
  const actions = await test.audited();
  equal(actions.filter((action) => action.startsWith("people.passkey.")).length, 3);
});

test("a passkey signs in without a password, and its challenge works once and five minutes long", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const authenticator = await addPasskey(test, ada);
  const { passkeys, signIn } = test.trust.identity;
  const answer = async () => {
    const asked = await passkeys.beginSignIn();
    assert(asked.ok, "a challenge is given");
    return { passkey: authenticator.sign(asked.value.options), challengeId: asked.value.challengeId };
  };
  const proof = await answer();
  const opened = await signIn.signInByPasskey({ proof, transport: "cookie" }, VISITOR);
  assert(opened.ok, "the passkey signs in");
  equal(opened.value.person.id, ada.id);
  notEqual(opened.value.session.steppedUpAt, null);
  equal(codeOf(await signIn.signInByPasskey({ proof, transport: "cookie" }, VISITOR)), "BAD_PASSKEY");
  const slow = await answer();
  await test.clock.advance(5 * 60_000);
  equal(codeOf(await signIn.signInByPasskey({ proof: slow, transport: "cookie" }, VISITOR)), "BAD_PASSKEY");
  equal((await test.audited()).filter((action) => action === "session.refused").length, 2);
});

test("a passkey proves presence for one approval and for no other, once", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const authenticator = await addPasskey(test, ada);
  const { stepUp } = test.trust.identity;
  const purpose = { kind: "approval", digest: DIGEST } as const;
  const proof = await prove(test, [ada, authenticator]);
  deepEqual(await stepUp.verify(ada.id, proof, { purpose }), { ok: true, value: { method: "passkey" } });
  equal(codeOf(await stepUp.verify(ada.id, proof, { purpose })), "BAD_PASSKEY");
  const swapped = await prove(test, [ada, authenticator], OTHER_DIGEST);
  equal(codeOf(await stepUp.verify(ada.id, swapped, { purpose })), "BAD_PASSKEY");
  const asAct = await prove(test, [ada, authenticator]);
  equal(codeOf(await stepUp.verify(ada.id, asAct, { purpose: { kind: "act" } })), "BAD_PASSKEY");
  equal(codeOf(await stepUp.verify(ada.id, { totp: await ada.code() }, { purpose })), "accepted");
});

test("a forged, unverified or foreign signature is refused, and guessing is throttled", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const [adas, graces] = [await addPasskey(test, ada), await addPasskey(test, grace)];
  const { stepUp } = test.trust.identity;
  const purpose = { kind: "approval", digest: DIGEST } as const;
  const asked = async () => {
    const challenge = await stepUp.challenge(ada.id, purpose);
    assert(challenge.ok, "a challenge is given");
    return challenge.value;
  };
  const wrong = await asked();
  const unverified = adas.sign(wrong.options, { isVerified: false });
  const refused = await stepUp.verify(ada.id, { passkey: unverified, challengeId: wrong.challengeId }, { purpose });
  equal(codeOf(refused), "BAD_PASSKEY");
  const again = await asked();
  const foreign = graces.sign({ ...again.options, allowCredentials: undefined });
  const taken = await stepUp.verify(ada.id, { passkey: foreign, challengeId: again.challengeId }, { purpose });
  equal(codeOf(taken), "BAD_PASSKEY");
  const copied = await asked();
  const old = adas.sign(copied.options, { counter: 0 });
  await stepUp.verify(ada.id, await prove(test, [ada, adas]), { purpose });
  const counted = await stepUp.verify(ada.id, { passkey: old, challengeId: copied.challengeId }, { purpose });
  equal(codeOf(counted), "BAD_PASSKEY");
  const codes: string[] = [];
  for (let guess = 0; guess < 4; guess += 1) {
    const proof = { passkey: { id: "x".repeat(20) }, challengeId: "none" };
    codes.push(codeOf(await stepUp.verify(ada.id, proof, { purpose })));
  }
  ok(codes.includes("RATE_LIMITED"), "guesses are counted");
});

test("whoever has only a passkey cannot come in with a password alone, and may sign with it", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  await addPasskey(test, ada);
  const withoutCode = { ...ada.principal, hasTotp: false, steppedUpAt: null };
  const { stepUp, signIn } = test.trust.identity;
  await test.database.database.execute(sql`update people set totp_secret = null`);
  const password = { email: ada.principal.email, password: PASSWORD, totp: undefined, transport: "bearer" } as const;
  equal(codeOf(await signIn.signIn(password, VISITOR)), "PASSKEY_REQUIRED");
  equal(await stepUp.isSetUp(test.database.app, withoutCode), true);
});

test("a removed person's passkeys are gone, and a challenge given before does not help", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const authenticator = await addPasskey(test, grace);
  const { passkeys, people, signIn } = test.trust.identity;
  const asked = await passkeys.beginSignIn();
  assert(asked.ok, "a challenge is given");
  equal(codeOf(await people.remove(ada.principal, grace.id, { totp: await ada.code() })), "accepted");
  deepEqual(await passkeys.list(grace.id), []);
  const proof = { passkey: authenticator.sign(asked.value.options), challengeId: asked.value.challengeId };
  equal(codeOf(await signIn.signInByPasskey({ proof, transport: "bearer" }, VISITOR)), "BAD_PASSKEY");
});
