import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createTokenVerifier } from "@assay/platform/auth/access-token";
import { localKeys } from "@assay/platform/auth/verification-keys";
import { sql } from "@assay/platform/storage/sql";
import type { Refusal, Result } from "@assay/primitives/result";
import { PASSWORD, request, TestTrust, VISITOR } from "../trust-fixture.ts";
import { newOneTimeCode } from "./one-time-code.ts";
import { mailboxOf } from "./person.ts";
import { serviceKeyProblems } from "./service-keys.ts";

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

const ADA = { email: "ada@example.org", name: "Ada", password: PASSWORD };

test("an empty database gives a one-time code in a file that only its owner reads, and it works once", async () => {
  await using test = await TestTrust.start();
  const { people } = test.trust.identity;
  const path = join(test.stateDirectory, "operations.bootstrap");
  equal((await stat(path)).mode & 0o777, 0o600);
  const code = await test.bootstrapCode();
  match(code, /^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
  const stored = JSON.stringify(await test.database.database.query(sql`select * from one_time_codes`));
  ok(!stored.includes(code), "the code itself is not stored");
  equal(codeOf(await people.bootstrap({ ...ADA, code: "00000-00000-00000-00000" }, VISITOR.address)), "CODE_NOT_VALID");
  const typed = code.toLowerCase().replaceAll("-", " ");
  const both = await Promise.all([
    people.bootstrap({ ...ADA, code: typed }, VISITOR.address),
    people.bootstrap({ ...ADA, email: "eve@example.org", code }, VISITOR.address),
  ]);
  deepEqual(both.map(codeOf).sort(), ["CODE_NOT_VALID", "accepted"]);
  equal(codeOf(await people.bootstrap({ ...ADA, email: "eve@example.org", code }, VISITOR.address)), "CODE_NOT_VALID");
});

test("a plane that starts again before anybody signed in replaces the code, and later removes the file", async () => {
  await using test = await TestTrust.start();
  const first = await test.bootstrapCode();
  await test.close();
  await test.open();
  const second = await test.bootstrapCode();
  notEqual(first, second);
  const { people } = test.trust.identity;
  equal(codeOf(await people.bootstrap({ ...ADA, code: first }, VISITOR.address)), "CODE_NOT_VALID");
  equal(codeOf(await people.bootstrap({ ...ADA, code: second }, VISITOR.address)), "accepted");
  await test.close();
  await test.open();
  await rejects(readFile(join(test.stateDirectory, "operations.bootstrap")), { code: "ENOENT" });
});

test("a wrong password and an address that nobody has are answered alike, and both are remembered", async () => {
  await using test = await TestTrust.start();
  await test.admin();
  const { signIn } = test.trust.identity;
  const input = { ...ADA, totp: undefined, transport: "cookie" } as const;
  const wrong = await signIn.signIn({ ...input, password: "wrong" }, VISITOR);
  const nobody = await signIn.signIn({ ...input, email: "nobody@example.org" }, VISITOR);
  deepEqual(wrong, nobody);
  equal(codeOf(wrong), "BAD_CREDENTIALS");
  equal((await test.audited()).filter((action) => action === "session.refused").length, 2);
});

test("guesses at an account are throttled from whatever address they come, and time gives tries back", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { signIn } = test.trust.identity;
  const guess = (index: number, password = "wrong") =>
    signIn.signIn(
      { email: "Ada@Example.org", password, totp: undefined, transport: "bearer" },
      { address: `198.51.100.${index}`, userAgent: "" },
    );
  const codes = (await Promise.all(Array.from({ length: 25 }, (_, index) => guess(index)))).map(codeOf);
  equal(codes.filter((code) => code === "BAD_CREDENTIALS").length, 10);
  equal(codes.filter((code) => code === "RATE_LIMITED").length, 15);
  const right = await guess(99, PASSWORD);
  deepEqual(right, { ok: false, refusal: { code: "RATE_LIMITED", retryAfterS: 30 } });
  await test.clock.advance(30_000);
  equal(codeOf(await guess(99, PASSWORD)), "TOTP_REQUIRED");
  const sessions = await test.trust.identity.sessions(ada.id);
  ok(
    sessions.some(({ id }) => id === ada.principal.sessionId),
    "who is signed in stays signed in",
  );
});

test("one address cannot try many accounts, and a right sign-in costs nothing", async () => {
  await using test = await TestTrust.start();
  await test.admin();
  const { signIn } = test.trust.identity;
  for (let count = 0; count < 15; count += 1) {
    const again = { ...ADA, totp: undefined, transport: "bearer" } as const;
    equal(codeOf(await signIn.signIn(again, VISITOR)), "TOTP_REQUIRED");
  }
  const codes = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      signIn.signIn(
        { email: `somebody${index}@example.org`, password: "wrong", totp: undefined, transport: "bearer" },
        { address: "203.0.113.9", userAgent: "" },
      ),
    ),
  );
  equal(codes.map(codeOf).filter((code) => code === "RATE_LIMITED").length, 10);
  const refused = (await test.trust.audit.list({ limit: 100 })).filter(({ action }) => action === "session.refused");
  const throttled = refused.filter(({ details }) => details.code === "RATE_LIMITED");
  deepEqual([refused.length - throttled.length, throttled.length], [30, 1]);
});

test("a code of the authenticator works once, and guessing it is throttled", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { identity } = test.trust;
  const code = await ada.code();
  equal(codeOf(await identity.requireProof(ada.principal, { totp: code })), "accepted");
  equal(codeOf(await identity.requireProof(ada.principal, { totp: code })), "BAD_TOTP");
  equal((await test.trust.identity.signIn.signIn({ ...ADA, totp: code, transport: "bearer" }, VISITOR)).ok, false);
  await test.clock.advance(10 * 60_000);
  const wrong = await Promise.all(
    Array.from({ length: 9 }, () => identity.requireProof(ada.principal, { totp: "abcdef" })),
  );
  equal(wrong.map(codeOf).filter((refused) => refused === "BAD_TOTP").length, 5);
  equal(codeOf(await identity.requireProof(ada.principal, { totp: ada.sameCode() })), "RATE_LIMITED");
  await test.clock.advance(60_000);
  equal(codeOf(await identity.requireProof(ada.principal, { totp: ada.sameCode() })), "accepted");
});

test("a second factor is needed for what changes people, and a session's own proof ends after five minutes", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { people } = test.trust.identity;
  const grace = { email: "grace@example.org", name: "Grace", roles: ["viewer"], proof: undefined } as const;
  const withoutFactor = { ...ada.principal, hasTotp: false, steppedUpAt: null };
  equal(codeOf(await people.invite(withoutFactor, grace)), "TOTP_SETUP_REQUIRED");
  await test.clock.advance(5 * 60_000);
  equal(codeOf(await people.invite(ada.principal, grace)), "TOTP_REQUIRED");
  equal(codeOf(await people.invite({ ...ada.principal, steppedUpAt: test.clock.now() }, grace)), "accepted");
});

test("secrets of authenticators, tokens and codes are unreadable in the database", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { secret } = await test.trust.identity.secondFactor.begin(ada.principal);
  const rows = await test.database.database.query(sql`
    select encode(totp_secret, 'escape') as a, encode(totp_pending_secret, 'escape') as b, password_hash from people`);
  const sessions = await test.database.database.query(sql`select *, encode(token_hash, 'escape') as e from sessions`);
  const text = JSON.stringify([rows, sessions]);
  ok(!text.includes(secret) && !text.includes(ada.token) && !text.includes(PASSWORD));
  match(text, /\$argon2id\$/);
});

test("a removed operator loses every access at once: sessions, tokens and the way back", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const { identity, authenticate } = test.trust;
  const asGrace = request({ authorization: `Bearer ${grace.token}` });
  equal((await authenticate(asGrace)).ok, true);
  const minted = await identity.tokens.forPerson(grace.id, "coinhubx");
  ok(minted);
  equal((await identity.tokens.requester(minted.token, "coinhubx")).ok, true);
  const removed = await identity.people.remove(ada.principal, grace.id, { totp: await ada.code() });
  equal(codeOf(removed), "accepted");
  deepEqual(await authenticate(asGrace), { ok: false, refusal: { code: "UNAUTHENTICATED" } });
  deepEqual(await identity.sessions(grace.id), []);
  deepEqual(await identity.tokens.revocations(), [{ sub: grace.id, epoch: 1 }]);
  equal((await identity.tokens.requester(minted.token, "coinhubx")).ok, false);
  equal(await identity.tokens.forPerson(grace.id, "coinhubx"), undefined);
  const back = { email: grace.principal.email, password: PASSWORD, totp: undefined, transport: "bearer" } as const;
  equal(codeOf(await identity.signIn.signIn(back, VISITOR)), "BAD_CREDENTIALS");
  const epochs = new Map((await identity.tokens.revocations()).map(({ sub, epoch }) => [sub, epoch]));
  const verifier = createTokenVerifier({
    issuer: "assay",
    audience: "coinhubx",
    keys: localKeys(() => identity.tokens.jwks()),
    clock: test.clock,
    isRevoked: (sub, epoch) => epoch < (epochs.get(sub) ?? 0),
  });
  equal((await verifier.verifyAccess(minted.token)).ok, false);
});

test("changed roles count from the next call, and earlier tokens end", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const { identity, authenticate } = test.trust;
  const roles = ["viewer"] as const;
  const changed = await identity.people.changeRoles(ada.principal, grace.id, {
    roles,
    proof: { totp: await ada.code() },
  });
  equal(codeOf(changed), "accepted");
  const found = await authenticate(request({ authorization: `Bearer ${grace.token}` }));
  deepEqual(found.ok && found.value?.kind === "person" && found.value.roles, ["viewer"]);
  deepEqual(await identity.tokens.revocations(), [{ sub: grace.id, epoch: 1 }]);
});

test("the last admin can neither be removed nor demoted, by two at once either", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace", ["admin"])];
  const { people } = test.trust.identity;
  const [adas, graces] = [await ada.code(), grace.sameCode()];
  const both = await Promise.all([
    people.remove(ada.principal, grace.id, { totp: adas }),
    people.remove(grace.principal, ada.id, { totp: graces }),
  ]);
  deepEqual(both.map(codeOf).sort(), ["FORBIDDEN", "accepted"]);
  const left = both[0].ok ? ada : grace;
  const totp = await left.code();
  equal(codeOf(await people.remove(left.principal, left.id, { totp })), "LAST_ADMIN");
  const roles = ["viewer"] as const;
  equal(
    codeOf(await people.changeRoles(left.principal, left.id, { roles, proof: { totp: await left.code() } })),
    "LAST_ADMIN",
  );
});

test("an enrolment code works once and a day long, and makes nobody before it is used", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { people, signIn } = test.trust.identity;
  const grace = { email: "grace@example.org", name: "Grace", roles: ["viewer"] } as const;
  const invited = await people.invite(ada.principal, { ...grace, proof: { totp: await ada.code() } });
  ok(invited.ok);
  const { enrolmentCode: code, person } = invited.value;
  equal(
    codeOf(await signIn.signIn({ ...grace, password: "", totp: undefined, transport: "bearer" }, VISITOR)),
    "BAD_CREDENTIALS",
  );
  await test.clock.advance(24 * 60 * 60_000);
  equal(codeOf(await people.enrol({ code, password: PASSWORD }, VISITOR.address)), "CODE_NOT_VALID");
  const renewed = await people.renewInvitation(ada.principal, person.id, { totp: await ada.code() });
  ok(renewed.ok);
  const enrolling = { code: renewed.value.enrolmentCode, password: PASSWORD };
  equal(codeOf(await people.enrol(enrolling, VISITOR.address)), "accepted");
  equal(codeOf(await people.enrol(enrolling, VISITOR.address)), "CODE_NOT_VALID");
});

test("guessing one-time codes is throttled by address", async () => {
  await using test = await TestTrust.start();
  const { people } = test.trust.identity;
  const codes = await Promise.all(
    Array.from({ length: 14 }, (_, index) =>
      people.enrol({ code: `GUESS-${index}0000`, password: PASSWORD }, VISITOR.address),
    ),
  );
  equal(codes.map(codeOf).filter((code) => code === "RATE_LIMITED").length, 4);
});

test("a session ends when it is ended, when it is old and when nobody used it", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { identity, authenticate } = test.trust;
  const other = await test.signIn("ada@example.org", await ada.code());
  const isIn = async (token: string) => (await authenticate(request({ authorization: `Bearer ${token}` }))).ok;
  equal(codeOf(await identity.endSession(ada.principal, other.principal.sessionId)), "accepted");
  equal(await isIn(other.token), false);
  equal(codeOf(await identity.endSession(ada.principal, other.principal.sessionId)), "NOT_FOUND");
  equal(await isIn(ada.token), true);
  await test.clock.advance(2 * 60 * 60_000);
  equal(await isIn(ada.token), false);
});

test("nobody ends another person's session by its id", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  equal(codeOf(await test.trust.identity.endSession(grace.principal, ada.principal.sessionId)), "NOT_FOUND");
});

test("one step ends every other session and every token, and leaves this one", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const other = await test.signIn("ada@example.org", await ada.code());
  const { identity, authenticate } = test.trust;
  equal(await identity.isSignedIn(other.principal.sessionId), true);
  ok((await identity.endOtherSessions(ada.principal)) >= 1);
  equal(await identity.isSignedIn(other.principal.sessionId), false);
  equal((await authenticate(request({ authorization: `Bearer ${other.token}` }))).ok, false);
  equal((await authenticate(request({ authorization: `Bearer ${ada.token}` }))).ok, true);
  deepEqual(await identity.tokens.revocations(), [{ sub: ada.id, epoch: 1 }]);
});

test("a new password ends every other session and every token", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const other = await test.signIn("ada@example.org", await ada.code());
  const { identity, authenticate } = test.trust;
  const change = { current: PASSWORD, password: "another good long password" };
  equal(
    codeOf(await identity.signIn.changePassword(ada.principal, { ...change, current: "wrong" })),
    "BAD_CREDENTIALS",
  );
  equal(codeOf(await identity.signIn.changePassword(ada.principal, change)), "accepted");
  equal((await authenticate(request({ authorization: `Bearer ${other.token}` }))).ok, false);
  equal((await authenticate(request({ authorization: `Bearer ${ada.token}` }))).ok, true);
  deepEqual(await identity.tokens.revocations(), [{ sub: ada.id, epoch: 1 }]);
});

test("a system's key makes it a service, and nothing else does", async () => {
  await using test = await TestTrust.start();
  const ada = await test.admin();
  const { authenticate } = test.trust;
  deepEqual(await authenticate(request({ authorization: "Bearer a-key-of-coinhubx" })), {
    ok: true,
    value: { kind: "service", name: "coinhubx" },
  });
  equal((await authenticate(request({ authorization: "Bearer a-key-of-coinhubX" }))).ok, false);
  equal((await authenticate(request({ authorization: "Basic YTpi" }))).ok, false);
  equal((await authenticate(request({ cookie: `assay_session=${ada.token}` }))).ok, false);
  deepEqual(await authenticate(request({})), { ok: true, value: undefined });
});

test("outside local mode a key that anybody could guess is refused with a sentence", () => {
  equal(serviceKeyProblems({ coinhubx: "changeme" }, "local").length, 0);
  for (const key of ["changeme", "password123", "aaaaaaaaaaaaaaaaaaaaaaaa", "short", "coinhubx-secret", ""]) {
    equal(serviceKeyProblems({ coinhubx: key }, "production").length, 1, key);
  }
  equal(serviceKeyProblems({ coinhubx: "q8fJ2mZx71LpWc04Kd" }, "staging").length, 0);
  equal(serviceKeyProblems({ a: "q8fJ2mZx71LpWc04Kd", b: "q8fJ2mZx71LpWc04Kd" }, "local").length, 1);
});

test("addresses of one mailbox are one person", () => {
  const spellings = ["ada@example.org", " Ada@Example.ORG ", "ada+phone@example.org", "ａda@example.org"];
  equal(new Set(spellings.map(mailboxOf)).size, 1);
  notEqual(mailboxOf("ada@example.org"), mailboxOf("ada@example.com"));
});

test("one-time codes do not repeat and use letters that nobody confuses", () => {
  const chance = { bytes: () => new Uint8Array(), integer: (below: number) => below - 1 };
  equal(newOneTimeCode(chance), "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ");
});
